"""Keys of the old manager: its list, and a key that a partner imports; and what became of old licenses."""

import re

from fastapi import APIRouter

from contracts.commands.legacy_keys import ImportLegacyKey, RegisterLegacyKeys
from contracts.identifiers import MAX_SEQUENCE, SHA256_PATTERN
from contracts.legacy import LegacyLicenses, ListedKey, key_digest
from ledger.application.queries.legacy import LegacyConsentView, LegacyConversionView, LegacyImportView
from ledger.application.queries.legacy_keys import LegacyKeyView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, TheCommandSender
from ledger.entrypoints.api.http.throttled_commands import TheThrottledSender
from ledger.entrypoints.api.models.legacy import LegacyLicensesImportedResponse
from ledger.entrypoints.api.models.legacy_keys import (
    ImportLegacyKeyBody,
    LegacyKeysRegisteredResponse,
    RegisterLegacyKeysBody,
)
from runtime.pages import Start
from runtime.web.consistency import Reached
from runtime.web.pagination import (
    PAGE_ROWS,
    Cursor,
    Limit,
    OrderOfEntries,
    PageView,
    after,
    after_numbers,
    bad_cursor,
    in_order,
    paged,
)
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1", tags=["old licenses"])
_MARK = re.compile(rf"([0-9]{{1,10}})\.({SHA256_PATTERN.strip('^$')})?")


@router.post("/legacy-keys", status_code=201)
async def register_legacy_keys(
    body: RegisterLegacyKeysBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LegacyKeysRegisteredResponse:
    """Say which keys the old manager gave out, and for what: lines of its export list. For the vendor's staff.

    A partner imports the key that they hold by typing it; its licenses are those that were registered.
    """
    keys = tuple(
        ListedKey(
            key_digest=key_digest(key.legacy_key),
            licenses=tuple(LegacyLicenses(license_name=one.license_name, count=one.count) for one in key.licenses),
            company=key.company,
        )
        for key in body.keys
    )
    command = RegisterLegacyKeys(keys=keys, reference=body.reference)
    return LegacyKeysRegisteredResponse(keys=len(keys), sequence=await sender.send(command, command_id))


@router.get("/legacy-keys", dependencies=[Reached])
async def list_legacy_keys(
    services: TheServices,
    caller: TheCaller,
    order: OrderOfEntries = "oldest_first",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[LegacyKeyView]:
    """The old manager's list, and where its keys were imported to. For the vendor's staff."""
    newest_first = order == "newest_first"
    mark = _MARK.fullmatch(after(in_order(cursor, order), f"{MAX_SEQUENCE}." if newest_first else "0."))
    if mark is None or int(mark[1]) > MAX_SEQUENCE:
        raise bad_cursor()
    page = await services.queries.legacy_keys(caller.viewer, Start(int(mark[1]), newest_first), mark[2] or "", limit)
    return paged(page, lambda row: f"{row.sequence}.{row.key_digest}", order)


@router.post("/projects/{project}/legacy-keys", status_code=201)
async def import_legacy_key(
    project: ProjectOfPath, body: ImportLegacyKeyBody, sender: TheThrottledSender, command_id: CommandIdOfRequest
) -> LegacyLicensesImportedResponse:
    """Bring the licenses of a key of the old manager into the project, once. Case, blanks and hyphens do not matter."""
    command = ImportLegacyKey(project=project, key_digest=key_digest(body.legacy_key))
    sequence = await sender.send_throttled(command, command_id, miss="key_unknown")
    return LegacyLicensesImportedResponse(project=project, sequence=sequence)


@router.get("/projects/{project}/legacy-imports", dependencies=[Reached])
async def list_legacy_imports(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[LegacyImportView]:
    """Old licenses as they came into the project, oldest first."""
    (start,) = after_numbers(cursor, 1)
    page = await services.queries.legacy_imports(caller.viewer, project, start, limit)
    return paged(require_found(page, "project_unknown"), lambda row: str(row.sequence))


@router.get("/projects/{project}/legacy-conversions", dependencies=[Reached])
async def list_legacy_conversions(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[LegacyConversionView]:
    """What old licenses of the project became, oldest first."""
    (start,) = after_numbers(cursor, 1)
    page = await services.queries.legacy_conversions(caller.viewer, project, start, limit)
    return paged(require_found(page, "project_unknown"), lambda row: str(row.sequence))


@router.get("/projects/{project}/legacy-consents", dependencies=[Reached])
async def list_legacy_consents(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[LegacyConsentView]:
    """Consents that were given for devices while they were in the project, oldest first."""
    (start,) = after_numbers(cursor, 1)
    page = await services.queries.legacy_consents(caller.viewer, project, start, limit)
    return paged(require_found(page, "project_unknown"), lambda row: str(row.sequence))
