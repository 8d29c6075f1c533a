"""Devices: into a project, licenses onto them, and what stands on them."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.devices import AddDevice, AllocateLicenses
from ledger.application.queries.devices import DeviceSearch, DeviceView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import ExpandOfQuery, require_device, require_device_as_of
from ledger.entrypoints.api.http.device_order import OrderOfDevices, page_by_arrival
from ledger.entrypoints.api.http.results import issue_of
from ledger.entrypoints.api.models.devices import (
    AddDeviceBody,
    AllocateLicensesBody,
    DeviceAddedResponse,
    LicensesAllocatedResponse,
)
from ledger.entrypoints.api.models.licenses import licenses_of
from runtime.web.as_of import AsOf
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, in_order, paged
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["devices"])


@router.post("/projects/{project}/devices", status_code=201)
async def add_device(
    project: ProjectOfPath,
    body: AddDeviceBody,
    sender: TheCommandSender,
    command_id: CommandIdOfRequest,
    response: Response,
) -> DeviceAddedResponse:
    """Bring a device into the project. A device is in one project at a time."""
    serial = serial_of(body.serial)
    sequence = await sender.send(AddDevice(serial=serial, project=project), command_id)
    response.headers["Location"] = f"/v1/devices/{serial}"
    return DeviceAddedResponse(serial=serial, project=project, sequence=sequence)


@router.get("/projects/{project}/devices", dependencies=[Reached], response_model_exclude_unset=True)
async def list_devices(
    project: ProjectOfPath,
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    order: OrderOfDevices = "serial",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[DeviceView]:
    """The devices of the project, by serial, now or as of any entry or time; or now, what came last first."""
    if order == "newest_first":
        wanted = DeviceSearch(project=project)
        return await page_by_arrival(services, caller, wanted, None, as_of, cursor, limit)
    start = after_text(in_order(cursor, order))
    if as_of is None:
        page = await services.queries.devices(caller.viewer, project, start, limit)
    else:
        page = await services.queries.devices_as_of(caller.viewer, project, as_of, start, limit)
    return paged(require_found(page, "project_unknown"), lambda row: row.serial, order)


@router.post("/projects/{project}/allocations", status_code=201)
async def allocate_licenses(
    project: ProjectOfPath, body: AllocateLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LicensesAllocatedResponse:
    """Bind licenses of the project's balance to one of its devices, all or none."""
    command = AllocateLicenses(
        project=project,
        serial=serial_of(body.serial),
        licenses=licenses_of(body.licenses),
        confirm_final=body.confirm_final,
    )
    outcome = await sender.ask(command, command_id)
    issue = await issue_of(sender, command.serial, outcome)
    return LicensesAllocatedResponse(serial=command.serial, project=project, issue=issue, sequence=outcome.sequence)


@router.get("/devices/{serial}", dependencies=[Reached], response_model=DeviceView, response_model_exclude_unset=True)
async def get_device(
    serial: SerialOfPath,
    known: IfNoneMatch,
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    expand: ExpandOfQuery,
) -> Response:
    """A device and the licenses on it, now or as of any entry or time. What `expand` names is told as of now."""
    if as_of is not None and expand is not None:
        raise Refused("request_invalid", "expand tells what is now: ask for it without as_of.")
    if as_of is None:
        view = await require_device(services, caller, serial, expand)
    else:
        view = await require_device_as_of(services, caller, serial, as_of)
    return etag_response(known, view, leaves_out_unset=True)
