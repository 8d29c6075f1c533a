"""The devices that the vendor delivered: registered, read, and put right by two persons."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from contracts.catalog import DeliveredDevice
from contracts.commands.corrections import ProposeDeliveryCorrection
from contracts.commands.delivered_devices import RegisterDevices
from contracts.identifiers import derived_id
from ledger.application.queries.delivered_devices import DeliveredDeviceView, DeliveryPlace
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.models.base import CommandResponse
from ledger.entrypoints.api.models.corrections import CorrectionResponse
from ledger.entrypoints.api.models.delivered_devices import ProposeDeliveryCorrectionBody, RegisterDevicesBody
from ledger.entrypoints.api.routes.device_search import SerialPrefix, after_serial
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, bad_cursor, in_order, paged
from runtime.web.path_values import part_of_serial, serial_of
from runtime.web.problems import Refused

DeliveryOrder = Literal["serial", "-delivered_on"]
_LAST = DeliveryPlace(date.max, "")

router = APIRouter(prefix="/v1/delivered-devices", tags=["catalog"])


@router.get("", dependencies=[Reached])
async def list_delivered_devices(
    services: TheServices,
    caller: TheCaller,
    serial: SerialPrefix = "",
    order: Annotated[
        DeliveryOrder, Query(description="By serial; or of all of them, what was delivered last first.")
    ] = "serial",
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[DeliveredDeviceView]:
    """Devices that are registered as delivered, by serial or by the day of their delivery. For the vendor's staff."""
    behind, prefix = in_order(cursor, order), part_of_serial(serial)
    if order == "serial":
        page = await services.queries.delivered_devices(caller.viewer, prefix, after_serial(behind), limit)
        return paged(page, lambda row: row.serial, order)
    if prefix:
        raise Refused("request_invalid", "What is found by its serial comes by serial: ask for no other order.")
    page = await services.queries.delivered_devices_by_day(caller.viewer, _place(behind), limit)
    return paged(page, lambda row: f"{row.delivered_on}/{row.serial}", order)


def _place(behind: str | None) -> DeliveryPlace:
    """The place in a cursor; raises Refused."""
    if behind is None:
        return _LAST
    day, _, serial = after_text(behind).partition("/")
    try:
        return DeliveryPlace(date.fromisoformat(day), serial)
    except ValueError:
        raise bad_cursor() from None


@router.post("", status_code=201)
async def register_devices(
    body: RegisterDevicesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CommandResponse:
    """Say which devices were delivered, as what, and when; all or none. For the vendor's staff."""
    devices = tuple(
        DeliveredDevice(
            serial=serial_of(one.serial),
            model=one.model,
            delivered_on=one.delivered_on,
            certificate_sha256=one.certificate_sha256,
            delivered_to=one.delivered_to,
        )
        for one in body.devices
    )
    return CommandResponse(
        sequence=await sender.send(RegisterDevices(devices=devices, reference=body.reference), command_id)
    )


@router.post("/{serial}/corrections", status_code=201)
async def propose_delivery_correction(
    serial: SerialOfPath,
    body: ProposeDeliveryCorrectionBody,
    sender: TheCommandSender,
    command_id: CommandIdOfRequest,
    response: Response,
) -> CorrectionResponse:
    """Ask to correct the model or the day of delivery of a registered device. For the vendor's staff.

    Nothing changes before another of the staff approves it. Then the warranty counts from the new day: the months that
    were bought stay, and where the model changes, the base is the new model's.
    """
    correction = derived_id(command_id, "correction")
    command = ProposeDeliveryCorrection(
        correction=correction,
        serial=serial,
        model=body.model,
        delivered_on=body.delivered_on,
        reason=body.reason,
        reference=body.reference,
    )
    sequence = await sender.send(command, command_id)
    response.headers["Location"] = f"/v1/corrections/{correction}"
    return CorrectionResponse(correction=correction, sequence=sequence)
