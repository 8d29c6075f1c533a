"""Returns by hand: return documents and their receipts, limits that staff releases, and spent certificates."""

from enum import Enum

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.commands.returns import ReleaseReturnLimit
from contracts.documents.return_document import ReturnDocument, verify_return
from contracts.documents.xml import DocumentRefused
from ledger.application.queries.returns import ReturnLimitReleaseView, SpentCertificateView
from ledger.application.queries.views import SignedDocument
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import require_device
from ledger.entrypoints.api.models.base import StaffBody
from ledger.entrypoints.api.models.returns import ReturnLimitReleasedResponse
from ledger.entrypoints.api.routes.license_files import DOCUMENT_SECONDS, XML, XML_ANSWER
from runtime.web.conditional_requests import IfNoneMatch, not_modified_or
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.problems import Refused

router = APIRouter(prefix="/v1")
BY_HAND: list[str | Enum] = ["license files and returns"]
STAFF: list[str | Enum] = ["staff"]
_XML_BODY = {"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}}


@router.put(
    "/devices/{serial}/return", tags=BY_HAND, response_class=Response, responses=XML_ANSWER, openapi_extra=_XML_BODY
)
async def return_licenses(
    serial: SerialOfPath, request: Request, services: TheServices, caller: TheCaller, sender: TheCommandSender
) -> Response:
    """Give back the PBX licenses of a device whose certificate was invalidated.

    The body is the return document that the device made; the answer is the receipt to be uploaded to it. The same
    document again gets the same receipt.
    """
    document = verified(services, await request.body(), serial)
    sequence = await sender.send(document.command(), document.command_id(caller.actor))
    receipt = await _receipt(services, caller, document, sequence)
    return not_modified_or("", receipt.sha256, receipt.document, XML, _receipt_name(receipt))


@router.get(
    "/devices/{serial}/return-receipt",
    tags=BY_HAND,
    dependencies=[Reached],
    response_class=Response,
    responses=XML_ANSWER,
)
async def get_return_receipt(
    serial: SerialOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """The receipt of the device's last return."""
    receipt = services.documents.return_receipt(await services.queries.return_receipt(caller.viewer, serial, None))
    if receipt is None:
        await require_device(services, caller, serial)
        raise Refused("receipt_unknown")
    return not_modified_or(known, receipt.sha256, receipt.document, XML, _receipt_name(receipt))


@router.post("/devices/{serial}/return-limit-releases", tags=STAFF, status_code=201)
async def release_return_limit(
    serial: SerialOfPath, body: StaffBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ReturnLimitReleasedResponse:
    """Let a device give back again that has done so five times within 30 days. For the vendor's staff."""
    command = ReleaseReturnLimit(serial=serial, reason=body.reason, reference=body.reference)
    return ReturnLimitReleasedResponse(serial=serial, sequence=await sender.send(command, command_id))


@router.get("/return-limit-releases", tags=STAFF, dependencies=[Reached])
async def list_return_limit_releases(
    services: TheServices, caller: TheCaller, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[ReturnLimitReleaseView]:
    """Devices that staff let give back again, and why. For the vendor's staff."""
    page = await services.queries.return_limit_releases(caller.viewer, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)


@router.get("/spent-certificates", tags=STAFF, dependencies=[Reached])
async def list_spent_certificates(
    services: TheServices, caller: TheCaller, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[SpentCertificateView]:
    """Devices that showed a certificate which they had given up, such as one from a backup. For the vendor's staff."""
    page = await services.queries.spent_certificates(caller.viewer, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)


def verified(services: Services, raw: bytes, serial: str) -> ReturnDocument:
    """The document of this device; raises Refused with what is wrong with it."""
    try:
        return verify_return(raw, trusted=services.device_authorities, now=services.clock(), serial=serial)
    except DocumentRefused as error:
        raise Refused(error.code, str(error)) from None


async def _receipt(services: Services, caller: LedgerCaller, document: ReturnDocument, sequence: int) -> SignedDocument:
    ready: list[SignedDocument] = []

    async def holds() -> bool:
        row = await services.queries.return_receipt(caller.viewer, document.serial, document.generation)
        receipt = services.documents.return_receipt(row)
        if receipt is not None and receipt.sequence >= sequence:
            ready.append(receipt)
        return bool(ready)

    if not await services.waiter.until(holds, seconds=DOCUMENT_SECONDS):
        raise Refused("receipt_not_ready", extras={"sequence": sequence})
    return ready[-1]


def _receipt_name(receipt: SignedDocument) -> dict[str, str]:
    name = f"{receipt.serial}-{receipt.generation}-receipt.xml"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
