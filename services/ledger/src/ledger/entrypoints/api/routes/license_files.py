"""License files by hand: the same signed documents that a device fetches itself, byte for byte."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.scopes import needed
from ledger.application.queries.devices import DeviceView
from ledger.application.queries.views import SignedDocument
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandSender, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import require_device
from runtime.web.authentication import require_scope
from runtime.web.conditional_requests import IfNoneMatch, matches_etag, not_modified_or
from runtime.web.consistency import Reached
from runtime.web.head_requests import IsHead
from runtime.web.problems import Refused

DOCUMENT_SECONDS = 5.0
"""How long a request waits for the signer's document; it is a fraction of a second behind."""
XML = "application/xml"

router = APIRouter(prefix="/v1/devices/{serial}", tags=["license files and returns"])
XML_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {XML: {"schema": {"type": "string"}}}, "description": "The signed document."}
}


@router.get("/license-file", dependencies=[Reached], response_class=Response, responses=XML_ANSWER)
async def get_license_file(
    serial: SerialOfPath,
    known: IfNoneMatch,
    services: TheServices,
    caller: TheCaller,
    sender: TheCommandSender,
    is_head: IsHead,
) -> Response:
    """The newest license file of a device, to be uploaded to it by hand. The first delivery of a file is recorded.

    Recording it is a change: a token with scopes needs `licenses:write` for it, too.
    """
    device = await require_device(services, caller, serial)
    file = await newest_file(services, device, lambda: services.queries.license_file(caller.viewer, serial))
    is_handed_out = not is_head and not matches_etag(known, file.sha256)
    if is_handed_out and not _was_delivered(device, file):
        await _record_delivery(sender, file)
    return not_modified_or(known, file.sha256, file.document, XML, file_name(file))


async def newest_file(
    services: Services, device: DeviceView, fetch: Callable[[], Awaitable[SignedDocument | None]]
) -> SignedDocument:
    """The file of the device as it is now, or a newer one; the signer may be a moment behind."""
    newest: list[SignedDocument] = []

    async def holds() -> bool:
        file = services.documents.license_file(await fetch())
        if file is not None and file.sequence >= device.sequence:
            newest.append(file)
        return bool(newest)

    if not await services.waiter.until(holds, seconds=DOCUMENT_SECONDS):
        raise Refused("license_file_not_ready")
    return newest[-1]


def _was_delivered(device: DeviceView, file: SignedDocument) -> bool:
    """Whether the ledger has this delivery already, so that nothing has to be recorded."""
    return (device.generation, device.issue) == (file.generation, file.issue) and (
        device.delivery is not None and device.delivery.file_sha256 == file.sha256
    )


async def _record_delivery(sender: CommandSender, file: SignedDocument) -> None:
    """Make the delivery an entry before any byte of the file leaves (decision D16)."""
    require_scope(sender.caller, needed("licenses", "POST"))
    command = RecordLicenseFileDelivery(
        serial=file.serial,
        generation=file.generation,
        issue=file.issue,
        file_sha256=file.sha256,
        path="manual",
    )
    await sender.send(command, sender.derived("delivery", file.serial, file.generation, file.issue, file.sha256))


def file_name(file: SignedDocument) -> dict[str, str]:
    """What a license file is saved as."""
    name = f"{file.serial}-{file.generation}-{file.issue}.xml"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
