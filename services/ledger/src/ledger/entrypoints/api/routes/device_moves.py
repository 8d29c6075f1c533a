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
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheAsker
from ledger.entrypoints.api.http.reading import PAGE_ROWS, Cursor, Limit, PageView, Reached, after_text, paged
from ledger.entrypoints.api.models import members as bodies

router = APIRouter(prefix="/v1", tags=["moves of devices"])


@router.post("/devices/{serial}/moves", status_code=201)
async def move_device(
    serial: SerialOfPath, body: bodies.IntoProjectBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.DeviceChanged:
    """Move the device, with all that is on it, to another project of the same company."""
    sequence = await asker.ask(MoveDevice(serial=serial, project=body.project), command_id)
    return bodies.DeviceChanged(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/release", status_code=201)
async def release_device(serial: SerialOfPath, asker: TheAsker, command_id: CommandIdOfRequest) -> bodies.DeviceChanged:
    """Let go of a device without PBX licenses: anybody may add it to a project then. Not for guests."""
    return bodies.DeviceChanged(serial=serial, sequence=await asker.ask(ReleaseDevice(serial=serial), command_id))


@router.post("/devices/{serial}/offers", status_code=201)
async def offer_device(
    serial: SerialOfPath, body: bodies.OfferBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.DeviceChanged:
    """Offer a device without PBX licenses to another company. Not for guests."""
    sequence = await asker.ask(OfferDevice(serial=serial, company=body.company), command_id)
    return bodies.DeviceChanged(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/offer-withdrawals", status_code=201)
async def withdraw_offer(serial: SerialOfPath, asker: TheAsker, command_id: CommandIdOfRequest) -> bodies.DeviceChanged:
    """Take an offer back, or decline one."""
    sequence = await asker.ask(WithdrawDeviceOffer(serial=serial), command_id)
    return bodies.DeviceChanged(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/acceptances", status_code=201)
async def accept_device(
    serial: SerialOfPath, body: bodies.IntoProjectBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.DeviceChanged:
    """Take a device that was offered to the caller's company into one of its projects."""
    sequence = await asker.ask(AcceptDevice(serial=serial, project=body.project), command_id)
    return bodies.DeviceChanged(serial=serial, sequence=sequence)


@router.post("/devices/{serial}/staff-moves", status_code=201)
async def transfer_device(
    serial: SerialOfPath, body: bodies.StaffMoveBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.DeviceChanged:
    """Move a device to a project of any company, with a reason and a reference. For the vendor's staff."""
    command = TransferDevice(serial=serial, project=body.project, reason=body.reason, reference=body.reference)
    return bodies.DeviceChanged(serial=serial, sequence=await asker.ask(command, command_id))


@router.get("/device-offers", dependencies=[Reached])
async def list_offers(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[OfferView]:
    """Open offers to the caller's company, and by it as far as the caller handles the devices."""
    page = await services.people.offers(caller.viewer, after_text(cursor), limit)
    return paged(page, lambda row: row.serial)
