"""Devices: into a project, licenses onto them, and what stands on them."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.devices import AddDevice, AllocateLicenses
from ledger.application.queries.devices import DeviceView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.as_of import AsOf
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, SerialOfPath, TheAsker, serial_of
from ledger.entrypoints.api.http.reading import (
    PAGE_ROWS,
    Cursor,
    Known,
    Limit,
    PageView,
    Reached,
    after_text,
    device_then,
    device_there,
    etagged,
    found,
    paged,
)
from ledger.entrypoints.api.models import bodies
from ledger.entrypoints.api.routes.activation_keys import wanted

router = APIRouter(prefix="/v1", tags=["devices"])


@router.post("/projects/{project}/devices", status_code=201)
async def add_device(
    project: ProjectOfPath,
    body: bodies.AddDeviceBody,
    asker: TheAsker,
    command_id: CommandIdOfRequest,
    response: Response,
) -> bodies.DeviceAdded:
    """Bring a device into the project. A device is in one project at a time."""
    serial = serial_of(body.serial)
    sequence = await asker.ask(AddDevice(serial=serial, project=project), command_id)
    response.headers["Location"] = f"/v1/devices/{serial}"
    return bodies.DeviceAdded(serial=serial, project=project, sequence=sequence)


@router.get("/projects/{project}/devices", dependencies=[Reached])
async def list_devices(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[DeviceView]:
    """The devices of the project, by serial."""
    page = await services.queries.devices(caller.viewer, project, after_text(cursor), limit)
    return paged(found(page, "project_unknown"), lambda row: row.serial)


@router.post("/projects/{project}/allocations", status_code=201)
async def allocate_licenses(
    project: ProjectOfPath, body: bodies.AllocateLicensesBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.LicensesAllocated:
    """Bind licenses of the project's balance to one of its devices, all or none."""
    command = AllocateLicenses(
        project=project,
        serial=serial_of(body.serial),
        licenses=wanted(body.licenses),
        confirm_final=body.confirm_final,
    )
    sequence = await asker.ask(command, command_id)
    return bodies.LicensesAllocated(serial=command.serial, project=project, sequence=sequence)


@router.get("/devices/{serial}", dependencies=[Reached], response_model=DeviceView)
async def get_device(
    serial: SerialOfPath, known: Known, services: TheServices, caller: TheCaller, as_of: AsOf
) -> Response:
    """A device and the licenses on it, now or as of any entry or time."""
    if as_of is None:
        return etagged(known, await device_there(services, caller, serial))
    return etagged(known, await device_then(services, caller, serial, as_of))
