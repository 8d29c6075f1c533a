"""Devices from project to project, and from company to company."""

from fastapi import APIRouter

from contracts.commands.device_moves import (
    AcceptDevice,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from ledger.application.queries.device_moves import OfferView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.models.device_moves import IntoProjectBody, OfferDeviceBody, TransferDeviceBody
from ledger.entrypoints.api.models.devices import DeviceChangedResponse
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, paged

router = APIRouter(prefix="/v1", tags=["moves of devices"])


@router.post("/devices/{serial}/moves", status_code=201)
async def move_device(
    serial: SerialOfPath, body: IntoProjectBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Move the device, with all that is on it and its label, to another project of the same company."""
    sequence = await sender.send(MoveDevice(serial=serial, project=body.project), command_id)
    await sender.services.labels.follow(serial, body.project, sequence)
    return DeviceChangedResponse(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/release", status_code=201)
async def release_device(
    serial: SerialOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Let go of a device without PBX licenses: anybody may add it to a project then. Not for guests."""
    return DeviceChangedResponse(serial=serial, sequence=await sender.send(ReleaseDevice(serial=serial), command_id))


@router.post("/devices/{serial}/offers", status_code=201)
async def offer_device(
    serial: SerialOfPath, body: OfferDeviceBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Offer a device without PBX licenses to another company. Not for guests."""
    sequence = await sender.send(OfferDevice(serial=serial, company=body.company), command_id)
    return DeviceChangedResponse(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/offer-withdrawals", status_code=201)
async def withdraw_offer(
    serial: SerialOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Take an offer back, or decline one."""
    sequence = await sender.send(WithdrawDeviceOffer(serial=serial), command_id)
    return DeviceChangedResponse(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/acceptances", status_code=201)
async def accept_device(
    serial: SerialOfPath, body: IntoProjectBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Take a device that was offered to the caller's company into one of its projects."""
    sequence = await sender.send(AcceptDevice(serial=serial, project=body.project), command_id)
    return DeviceChangedResponse(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/staff-moves", status_code=201)
async def transfer_device(
    serial: SerialOfPath, body: TransferDeviceBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> DeviceChangedResponse:
    """Move a device to a project of any company, with a reason and a reference. For the vendor's staff."""
    command = TransferDevice(serial=serial, project=body.project, reason=body.reason, reference=body.reference)
    return DeviceChangedResponse(serial=serial, sequence=await sender.send(command, command_id))


@router.get("/device-offers", dependencies=[Reached])
async def list_offers(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[OfferView]:
    """Open offers to the caller's company, and by it as far as the caller handles the devices."""
    page = await services.queries.offers(caller.viewer, after_text(cursor), limit)
    return paged(page, lambda row: row.serial)
