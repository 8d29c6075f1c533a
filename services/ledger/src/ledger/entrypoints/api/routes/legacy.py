"""Licenses of the old manager: imported, looked at, consented to, converted."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.accounts import held_account, project_account
from contracts.commands.legacy import ConvertLegacyLicenses, GiveLegacyConsent, ImportLegacyLicenses
from contracts.legacy import Inconvertible, LegacyLicenses, convert, key_digest, preview_digest
from ledger.application.queries.legacy import LegacyView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.results import came, charged, entry_of
from ledger.entrypoints.api.models.legacy import (
    ConversionPreview,
    ConvertLegacyLicensesBody,
    GiveLegacyConsentBody,
    ImportLegacyLicensesBody,
    LegacyConsentGivenResponse,
    LegacyLicensesConvertedResponse,
    LegacyLicensesImportedResponse,
    NewLicensesView,
)
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["old licenses"])


@router.post("/projects/{project}/legacy-licenses", status_code=201)
async def import_legacy_licenses(
    project: ProjectOfPath, body: ImportLegacyLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LegacyLicensesImportedResponse:
    """Bring licenses of the old manager into a project: a key's, or a line of its export list. For staff."""
    command = ImportLegacyLicenses(
        project=project,
        serial=None if body.serial is None else serial_of(body.serial),
        key_digest=None if body.legacy_key is None else key_digest(body.legacy_key),
        licenses=tuple(LegacyLicenses(license_name=one.license_name, count=one.count) for one in body.licenses),
        reference=body.reference,
    )
    return LegacyLicensesImportedResponse(project=project, sequence=await sender.send(command, command_id))


@router.get("/projects/{project}/legacy-licenses", dependencies=[Reached], response_model=LegacyView)
async def get_legacy_licenses(
    project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """The project's old licenses: free ones, and those on devices with the consent that they need."""
    return etag_response(known, require_found(await services.queries.legacy(caller.viewer, project), "project_unknown"))


@router.get("/projects/{project}/legacy-conversions/preview", dependencies=[Reached], response_model=ConversionPreview)
async def preview_legacy_conversion(
    project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """What the project's free old licenses become, or why they can't be converted."""
    legacy = require_found(await services.queries.legacy(caller.viewer, project), "project_unknown")
    old = {one.license_name: one.count for one in legacy.free}
    if not old:
        raise Refused("no_legacy_licenses")
    new = convert(old)
    if isinstance(new, Inconvertible):
        raise Refused(new.code, extras={"license_name": new.license_name})
    preview = ConversionPreview(
        project=project,
        old=legacy.free,
        new=[NewLicensesView(license_type=name, count=count) for name, count in new.items()],
        preview_digest=preview_digest(project, old, new),
    )
    return etag_response(known, preview)


@router.post("/projects/{project}/legacy-conversions", status_code=201)
async def convert_legacy_licenses(
    project: ProjectOfPath, body: ConvertLegacyLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LegacyLicensesConvertedResponse:
    """Convert all free old licenses of the project, exactly as the preview with this digest said."""
    command = ConvertLegacyLicenses(project=project, preview_digest=body.preview_digest)
    sequence = await sender.send(command, command_id)
    entry = await entry_of(sender, sequence)
    return LegacyLicensesConvertedResponse(
        project=project,
        licenses=entry and came(entry, project_account(project), held_account(project)),
        held=entry and came(entry, held_account(project)),
        credits=None if entry is None else charged(entry, project),
        sequence=sequence,
    )


@router.post("/devices/{serial}/legacy-consent", status_code=201)
async def give_legacy_consent(
    serial: SerialOfPath, body: GiveLegacyConsentBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LegacyConsentGivenResponse:
    """Agree that the device never goes below version 8 again, and gets a new bootcode.

    The consent is an entry with account and time. From then on a return frees the device's old licenses, too.
    """
    if not body.no_downgrade_below_version_8:
        raise Refused("request_invalid", "no_downgrade_below_version_8 has to be true.")
    sequence = await sender.send(GiveLegacyConsent(serial=serial), command_id)
    return LegacyConsentGivenResponse(serial=serial, sequence=sequence)
