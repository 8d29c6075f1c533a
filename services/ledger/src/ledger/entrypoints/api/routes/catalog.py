"""The catalog of license types, and device models."""

from fastapi import APIRouter

from contracts.commands.catalog import DefineDeviceModels, DefineLicenseTypes
from ledger.application.queries.catalog import DeviceModelView, LicenseTypeView
from ledger.entrypoints.api.dependencies import TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.models.base import CommandResponse
from ledger.entrypoints.api.models.catalog import DefineDeviceModelsBody, DefineLicenseTypesBody
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, paged

router = APIRouter(prefix="/v1", tags=["catalog"])


@router.get("/license-types", dependencies=[Reached])
async def list_license_types(
    services: TheServices, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[LicenseTypeView]:
    """The catalog, by name."""
    page = await services.queries.license_types(after_text(cursor), limit)
    return paged(page, lambda row: row.license_type)


@router.post("/license-types", status_code=201)
async def define_license_types(
    body: DefineLicenseTypesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CommandResponse:
    """Add license types, or change the weight and the limits of known ones. For the vendor's staff."""
    command = DefineLicenseTypes(license_types=tuple(body.license_types), reference=body.reference)
    return CommandResponse(sequence=await sender.send(command, command_id))


@router.get("/device-models", dependencies=[Reached])
async def list_device_models(
    services: TheServices, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[DeviceModelView]:
    """Device models, by name."""
    page = await services.queries.device_models(after_text(cursor), limit)
    return paged(page, lambda row: row.model)


@router.post("/device-models", status_code=201)
async def define_device_models(
    body: DefineDeviceModelsBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CommandResponse:
    """Add device models, or change known ones for later deliveries. For the vendor's staff."""
    command = DefineDeviceModels(models=tuple(body.models), reference=body.reference)
    return CommandResponse(sequence=await sender.send(command, command_id))
