"""Replacements of broken devices by staff, and the way back into stock, shown to whoever sees the project."""

from base64 import b64decode

from fastapi import APIRouter

from contracts.commands.replacements import RecommissionDevice, ReplaceDevice
from ledger.application.queries.replacements import ReplacementView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.models.replacements import (
    DeviceRecommissionedResponse,
    DeviceReplacedResponse,
    RecommissionDeviceBody,
    ReplaceDeviceBody,
)
from ledger.entrypoints.api.routes.returns import verified
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused

router = APIRouter(prefix="/v1", tags=["replacements"])


@router.post("/devices/{serial}/replacements", status_code=201)
async def replace_device(
    serial: SerialOfPath, body: ReplaceDeviceBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceReplacedResponse:
    """Put another device in the place of a broken one, under its RMA. For the vendor's staff.

    All PBX and gateway licenses go along, the warranty goes on to the same day, and a test that was used stays used.
    The broken device gets no license file any more. An RMA does this once, and nothing undoes it: name the project
    where the broken device should be, and a mistyped serial is refused.
    """
    command = ReplaceDevice(
        serial=serial,
        replacement=serial_of(body.replacement),
        rma=body.rma,
        reason=body.reason,
        other_model=body.other_model,
        project=body.project,
    )
    sequence = await sender.send(command, command_id)
    return DeviceReplacedResponse(serial=serial, replacement=command.replacement, rma=body.rma, sequence=sequence)


@router.post("/devices/{serial}/recommissionings", status_code=201)
async def recommission_device(
    serial: SerialOfPath,
    body: RecommissionDeviceBody,
    services: TheServices,
    sender: TheCommandSender,
    command_id: CommandIdOfRequest,
) -> DeviceRecommissionedResponse:
    """Take a device that was replaced back into stock, blank. For the vendor's staff.

    The box gives its certificate up on the bench; its return document proves its key. The receipt, which it fetches by
    itself or which staff downloads, brings the certificate of its next generation. It is in no project then.
    """
    try:
        raw = b64decode(body.document, validate=True)
    except ValueError:
        raise Refused("document_malformed") from None
    document = verified(services, raw, serial)
    command = RecommissionDevice(
        serial=serial,
        generation=document.generation,
        document_digest=document.digest,
        certificate_sha256=document.statement.certificate_sha256,
        firmware=document.firmware,
        firmware_stated=document.firmware_stated,
        document=body.document,
        reason=body.reason,
    )
    sequence = await sender.send(command, command_id)
    return DeviceRecommissionedResponse(serial=serial, generation=document.generation + 1, sequence=sequence)


@router.get("/replacements", dependencies=[Reached])
async def list_replacements(
    services: TheServices, caller: TheCaller, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[ReplacementView]:
    """Broken devices and what stands in for them, in the projects that the caller sees; all for the vendor's staff."""
    page = await services.queries.replacements(caller.viewer, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)
