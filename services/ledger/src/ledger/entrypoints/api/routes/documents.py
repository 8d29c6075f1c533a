"""The manual path: the same signed documents as a device fetches and sends itself, byte for byte."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.returns import ReturnLicenses
from contracts.documents.return_document import ReturnDocument, verify_return
from contracts.documents.xml import DocumentRefused
from ledger.application.queries.devices import DeviceView
from ledger.application.queries.views import SignedDocument
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.authentication import Caller
from ledger.entrypoints.api.http.commands import Asker, SerialOfPath, TheAsker
from ledger.entrypoints.api.http.problems import Refused
from ledger.entrypoints.api.http.reading import Known, Reached, device_there, matches, unchanged_or

DOCUMENT_SECONDS = 5.0
"""How long a request waits for the signer's document; it is a fraction of a second behind."""
XML = "application/xml"

router = APIRouter(prefix="/v1/devices/{serial}", tags=["license files and returns"])
XML_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {XML: {"schema": {"type": "string"}}}, "description": "The signed document."}
}
_XML_BODY = {"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}}


@router.get("/license-file", dependencies=[Reached], response_class=Response, responses=XML_ANSWER)
async def get_license_file(
    serial: SerialOfPath, known: Known, services: TheServices, caller: TheCaller, asker: TheAsker
) -> Response:
    """The newest license file of a device, to be uploaded to it by hand. The first delivery of a file is recorded."""
    device = await device_there(services, caller, serial)
    file = await newest_file(services, device, lambda: services.queries.license_file(caller.viewer, serial))
    if not matches(known, file.sha256) and not _was_delivered(device, file):
        await _record_delivery(asker, file)
    return unchanged_or(known, file.sha256, file.document, XML, file_name(file))


@router.put("/return", response_class=Response, responses=XML_ANSWER, openapi_extra=_XML_BODY)
async def return_licenses(
    serial: SerialOfPath, request: Request, services: TheServices, caller: TheCaller, asker: TheAsker
) -> Response:
    """Give back the PBX licenses of a device whose certificate was invalidated.

    The body is the return document that the device made; the answer is the receipt to be uploaded to it. The same
    document again gets the same receipt.
    """
    document = _verified(services, await request.body(), serial)
    sequence = await asker.ask(_return_command(document), asker.derived("return", document.digest))
    receipt = await _receipt(services, caller, document, sequence)
    return unchanged_or("", receipt.sha256, receipt.document, XML, _receipt_name(receipt))


@router.get("/return-receipt", dependencies=[Reached], response_class=Response, responses=XML_ANSWER)
async def get_return_receipt(serial: SerialOfPath, known: Known, services: TheServices, caller: TheCaller) -> Response:
    """The receipt of the device's last return."""
    receipt = await services.queries.return_receipt(caller.viewer, serial, None)
    if receipt is None:
        await device_there(services, caller, serial)
        raise Refused("receipt_unknown")
    return unchanged_or(known, receipt.sha256, receipt.document, XML, _receipt_name(receipt))


async def newest_file(
    services: Services, device: DeviceView, fetch: Callable[[], Awaitable[SignedDocument | None]]
) -> SignedDocument:
    """The file of the device as it is now, or a newer one; the signer may be a moment behind."""
    newest: list[SignedDocument] = []

    async def holds() -> bool:
        file = await fetch()
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


async def _record_delivery(asker: Asker, file: SignedDocument) -> None:
    """Make the delivery an entry before any byte of the file leaves (architecture D16)."""
    command = RecordLicenseFileDelivery(
        serial=file.serial,
        generation=file.generation,
        issue=file.issue,
        file_sha256=file.sha256,
        path="manual",
    )
    await asker.ask(command, asker.derived("delivery", file.serial, file.generation, file.issue, file.sha256))


def _verified(services: Services, raw: bytes, serial: str) -> ReturnDocument:
    try:
        return verify_return(raw, trusted=services.device_authorities, now=services.clock(), serial=serial)
    except DocumentRefused as error:
        raise Refused(error.code, str(error)) from None


def _return_command(document: ReturnDocument) -> ReturnLicenses:
    return ReturnLicenses(
        serial=document.serial,
        generation=document.generation,
        document_digest=document.digest,
        certificate_sha256=document.statement.certificate_sha256,
        firmware=document.statement.firmware,
        stated=document.stated,
        document=base64.b64encode(document.raw).decode("ascii"),
    )


async def _receipt(services: Services, caller: Caller, document: ReturnDocument, sequence: int) -> SignedDocument:
    ready: list[SignedDocument] = []

    async def holds() -> bool:
        receipt = await services.queries.return_receipt(caller.viewer, document.serial, document.generation)
        if receipt is not None and receipt.sequence >= sequence:
            ready.append(receipt)
        return bool(ready)

    if not await services.waiter.until(holds, seconds=DOCUMENT_SECONDS):
        raise Refused("receipt_not_ready", extras={"sequence": sequence})
    return ready[-1]


def file_name(file: SignedDocument) -> dict[str, str]:
    """What a license file is saved as."""
    name = f"{file.serial}-{file.generation}-{file.issue}.xml"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _receipt_name(receipt: SignedDocument) -> dict[str, str]:
    name = f"{receipt.serial}-{receipt.generation}-receipt.xml"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
