"""The catalog of license types, device models, and the devices that the vendor delivered."""

from fastapi import APIRouter

from contracts.catalog import DeliveredDevice
from contracts.commands import DefineDeviceModels, DefineLicenseTypes, RegisterDevices
from ledger.application.queries_dated import DeviceModelView, LicenseTypeView
from ledger.application.queries_staff import DeliveredDeviceView
from ledger.entrypoints.api import bodies_dated
from ledger.entrypoints.api.asking import CommandIdOfRequest, TheAsker, serial_of
from ledger.entrypoints.api.bodies import Done
from ledger.entrypoints.api.reading import PAGE_ROWS, Cursor, Limit, PageView, Reached, paged
from ledger.entrypoints.api.search import SerialPrefix, after_serial, prefix_of
from ledger.entrypoints.api.services import TheCaller, TheServices

router = APIRouter(prefix="/v1", tags=["catalog"])


@router.get("/license-types", dependencies=[Reached])
async def list_license_types(services: TheServices) -> PageView[LicenseTypeView]:
    """The whole catalog, by name."""
    return PageView(items=await services.dated.license_types(), next=None)


@router.post("/license-types", status_code=201)
async def define_license_types(
    body: bodies_dated.DefineLicenseTypesBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> Done:
    """Add license types, or change the weight and the limits of known ones. For the vendor's staff."""
    command = DefineLicenseTypes(license_types=tuple(body.license_types), reference=body.reference)
    return Done(sequence=await asker.ask(command, command_id))


@router.get("/device-models", dependencies=[Reached])
async def list_device_models(services: TheServices) -> PageView[DeviceModelView]:
    """All device models, by name."""
    return PageView(items=await services.dated.device_models(), next=None)


@router.post("/device-models", status_code=201)
async def define_device_models(
    body: bodies_dated.DefineDeviceModelsBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> Done:
    """Add device models, or change known ones for later deliveries. For the vendor's staff."""
    command = DefineDeviceModels(models=tuple(body.models), reference=body.reference)
    return Done(sequence=await asker.ask(command, command_id))


@router.get("/delivered-devices", dependencies=[Reached])
async def list_delivered_devices(
    services: TheServices,
    caller: TheCaller,
    serial: SerialPrefix = "",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[DeliveredDeviceView]:
    """Devices that are registered as delivered, by serial. For the vendor's staff."""
    page = await services.staff.delivered_devices(caller.viewer, prefix_of(serial), after_serial(cursor), limit)
    return paged(page, lambda row: row.serial)


@router.post("/delivered-devices", status_code=201)
async def register_devices(
    body: bodies_dated.RegisterDevicesBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> Done:
    """Say which devices were delivered, as what, and when; all or none. For the vendor's staff."""
    devices = tuple(
        DeliveredDevice(
            serial=serial_of(one.serial),
            model=one.model,
            delivered_on=one.delivered_on,
            certificate_sha256=one.certificate_sha256,
        )
        for one in body.devices
    )
    return Done(sequence=await asker.ask(RegisterDevices(devices=devices, reference=body.reference), command_id))
