"""License files that the vendor's staff takes for support: each time with a reason, and an entry before the bytes."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.devices import DownloadLicenseFile
from ledger.application.queries.license_file_downloads import StaffDownloadView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheAsker
from ledger.entrypoints.api.http.reading import (
    PAGE_ROWS,
    Cursor,
    Limit,
    PageView,
    Reached,
    after_numbers,
    device_there,
    paged,
)
from ledger.entrypoints.api.models import staff as bodies
from ledger.entrypoints.api.routes.documents import XML, XML_ANSWER, file_name, newest_file

router = APIRouter(prefix="/v1", tags=["staff"])


@router.post("/devices/{serial}/staff-downloads", response_class=Response, responses=XML_ANSWER)
async def download_license_file(
    serial: SerialOfPath,
    body: bodies.StaffBody,
    services: TheServices,
    caller: TheCaller,
    asker: TheAsker,
    command_id: CommandIdOfRequest,
) -> Response:
    """The newest license file of a device, the same bytes as its company and the device get. For the vendor's staff.

    Who took it, when and why is an entry of the ledger before it leaves; the company sees it in the device's history.
    """
    viewer = caller.viewer
    device = await device_there(services, caller, serial)
    file = await newest_file(services, device, lambda: services.staff.file_to_download(viewer, serial))
    command = DownloadLicenseFile(
        serial=serial,
        generation=file.generation,
        issue=file.issue,
        file_sha256=file.sha256,
        reason=body.reason,
        reference=body.reference,
    )
    await asker.ask(command, command_id)
    return Response(file.document, media_type=XML, headers=file_name(file))


@router.get("/staff-downloads", dependencies=[Reached])
async def list_staff_downloads(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[StaffDownloadView]:
    """License files that staff took, with reason and reference. For the vendor's staff."""
    (after,) = after_numbers(cursor, 1)
    page = await services.staff.downloads(caller.viewer, after, limit)
    return paged(page, lambda row: str(row.sequence))
