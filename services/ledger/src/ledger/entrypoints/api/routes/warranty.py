"""Warranty: extended by whoever may, and shown to resellers and the vendor's staff only (rule F4)."""

from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.warranty import ExtendWarranty
from contracts.dates import civil_day, last_day
from contracts.identifiers import MAX_SEQUENCE
from ledger.application.queries.warranty import WarrantyView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import reject_replaced
from ledger.entrypoints.api.http.results import result
from ledger.entrypoints.api.models.warranty import ExtendWarrantyBody, GuaranteeStatus, WarrantyExtendedResponse
from runtime.web.as_of import AsOfPoint
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.problems import Refused

router = APIRouter(prefix="/v1/devices/{serial}", tags=["warranty"])


@router.post("/warranty-extensions", status_code=201, response_model_exclude_none=True)
async def extend_warranty(
    serial: SerialOfPath, body: ExtendWarrantyBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> WarrantyExtendedResponse:
    """Use up one extension of the balance of the device's project, while the warranty runs."""
    command = ExtendWarranty(serial=serial, license_type=body.license_type, confirm_final=body.confirm_final)
    sequence = await sender.send(command, command_id)

    async def warranty() -> WarrantyView | None:
        queries, viewer = sender.services.queries, sender.caller.viewer
        return (
            await queries.warranty(serial, sequence)
            if await queries.shows_guarantee(viewer, serial, sequence)
            else None
        )

    extended = await result(sender, sequence, warranty)
    return WarrantyExtendedResponse(serial=serial, ends_on=extended and extended.ends_on, sequence=sequence)


@router.get("/guarantee", dependencies=[Reached], response_model=GuaranteeStatus)
async def get_guarantee(
    serial: SerialOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller, as_of: AsOfPoint
) -> Response:
    """The guarantee status of a device, for resellers and the vendor's staff. To others there is no such device.

    A company sees that of a device that was in contact there, or that the vendor delivered to it.

    As of an entry or a time, state and days left are those of that day.
    """
    until = MAX_SEQUENCE if as_of is None else as_of.sequence
    if not await services.queries.shows_guarantee(caller.viewer, serial, until):
        raise Refused("device_unknown")
    await reject_replaced(services, caller, serial, until)
    if not await services.queries.is_proven(caller.viewer, serial, until):
        raise Refused("contact_needed")
    warranty = await services.queries.warranty(serial, until)
    day = civil_day(services.clock()) if as_of is None else as_of.day
    return etag_response(known, _status(serial, warranty, day))


def _status(serial: str, warranty: WarrantyView | None, today: date) -> GuaranteeStatus:
    if warranty is None:
        return GuaranteeStatus(serial=serial, state="unknown")
    days_left = (warranty.ends_on - today).days + 1
    return GuaranteeStatus(
        serial=serial,
        state="running" if days_left > 0 else "expired",
        model=warranty.model,
        delivered_on=warranty.delivered_on,
        base_ends_on=last_day(warranty.delivered_on, warranty.base_months),
        extension_months=warranty.months - warranty.base_months,
        ends_on=warranty.ends_on,
        days_left=max(0, days_left),
    )
