"""License files that staff downloads for support: each time with a reason, and an entry before the bytes."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.devices import DownloadLicenseFile
from ledger.application.queries.license_file_downloads import StaffDownloadView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import require_device
from ledger.entrypoints.api.models.base import StaffBody
from ledger.entrypoints.api.routes.license_files import XML, XML_ANSWER, file_name, newest_file
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView

router = APIRouter(prefix="/v1", tags=["staff"])


@router.post("/devices/{serial}/staff-downloads", response_class=Response, responses=XML_ANSWER)
async def download_license_file(
    serial: SerialOfPath,
    body: StaffBody,
    services: TheServices,
    caller: TheCaller,
    sender: TheCommandSender,
    command_id: CommandIdOfRequest,
) -> Response:
    """The newest license file of a device, the same bytes as its company and the device get. For the vendor's staff.

    Who took it, when and why is an entry of the ledger before it leaves; the company sees it in the device's history.
    """
    viewer = caller.viewer
    device = await require_device(services, caller, serial)
    file = await newest_file(services, device, lambda: services.queries.file_to_download(viewer, serial))
    command = DownloadLicenseFile(
        serial=serial,
        generation=file.generation,
        issue=file.issue,
        file_sha256=file.sha256,
        reason=body.reason,
        reference=body.reference,
    )
    await sender.send(command, command_id)
    return Response(file.document, media_type=XML, headers=file_name(file))


@router.get("/staff-downloads", dependencies=[Reached])
async def list_staff_downloads(
    services: TheServices, caller: TheCaller, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[StaffDownloadView]:
    """License files that staff took, with reason and reference. For the vendor's staff."""
    page = await services.queries.downloads(caller.viewer, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)
