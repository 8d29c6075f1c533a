"""Devices that the vendor delivered: what each is and since when, as registered once and as two persons correct it.

The base warranty counts from the day of delivery, and counts anew from a corrected one (rule D7).
"""

from datetime import date, datetime

from contracts.actors import Account, Actor
from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.commands.delivered_devices import DeliveredDeviceCommand, RegisterDevices
from contracts.dates import civil_day, last_day
from contracts.events.corrections import DeliveryCorrected
from contracts.events.delivered_devices import DeliveredDeviceEvent, DevicesRegistered, RegisteredDevice
from ledger.domain.cold_state import DeliveryProposal
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import refuse_staff_only
from ledger.domain.state import Delivered, Ledger

EARLIEST_DELIVERY = date(1997, 1, 1)
"""The vendor is not older than that: an earlier day is a mistake, and the warranty would have ended before it began."""


def decide(ledger: Ledger, command: DeliveredDeviceCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family; it is the vendor's staff's."""
    return refuse_staff_only(ledger, actor) or register_devices(ledger, command, now)


def evolve(ledger: Ledger, event: DeliveredDeviceEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    added = {
        one.serial: Delivered(one.model, one.delivered_on, one.warranty_months, one.warranty_months, one.delivered_to)
        for one in event.devices
    }
    return ledger._replace(delivered=ledger.delivered.update(added))


def register_devices(ledger: Ledger, command: RegisterDevices, now: datetime) -> DevicesRegistered | Rejection:
    """Registers all devices or none; a device is delivered once."""
    if len({one.serial for one in command.devices}) != len(command.devices):
        return Rejection("device_repeated")
    today = civil_day(now)
    registered: list[RegisteredDevice] = []
    for one in command.devices:
        model = ledger.models.get(one.model)
        if model is None:
            return Rejection("model_unknown", {"model": one.model})
        if one.serial in ledger.cold.replaced:
            return Rejection("device_replaced", {"serial": one.serial}, (ledger.cold.replaced[one.serial].sequence,))
        if one.serial in ledger.delivered:
            return Rejection("device_registered", {"serial": one.serial})
        if refused := refuse_day(one.serial, one.delivered_on, today):
            return refused
        if one.delivered_to is not None and not _is_open(ledger, one.delivered_to):
            return Rejection("company_unknown")
        registered.append(
            RegisteredDevice(
                serial=one.serial,
                model=one.model,
                delivered_on=one.delivered_on,
                certificate_sha256=one.certificate_sha256,
                delivered_to=one.delivered_to,
                warranty_months=model.warranty_months,
            )
        )
    return DevicesRegistered(devices=tuple(registered), reference=command.reference)


def _is_open(ledger: Ledger, company: str) -> bool:
    return company in ledger.companies and company not in ledger.cold.imported


def refuse_day(serial: str, delivered_on: date, today: date) -> Rejection | None:
    """Rejects a day on which the vendor cannot have delivered a device."""
    if delivered_on > today:
        return Rejection("delivered_in_future", {"serial": serial})
    if delivered_on < EARLIEST_DELIVERY:
        return Rejection("delivered_too_early", {"serial": serial, "earliest": EARLIEST_DELIVERY.isoformat()})
    return None


def approve(
    ledger: Ledger, correction: str, wanted: DeliveryProposal, *, actor: Account, now: datetime
) -> DeliveryCorrected | Rejection:
    """The second person approves; whether the device can still be corrected is checked again."""
    delivered = after(ledger, wanted, now)
    if isinstance(delivered, Rejection):
        return delivered
    return DeliveryCorrected(
        correction=correction,
        company=actor.company,
        serial=wanted.serial,
        model=delivered.model,
        delivered_on=delivered.delivered_on,
        base_months=delivered.base_months,
        months=delivered.warranty_months,
        ends_on=last_day(delivered.delivered_on, delivered.warranty_months),
        proposed_by=wanted.proposed_by,
        approved_by=actor.account,
    )


def after(ledger: Ledger, wanted: DeliveryProposal, now: datetime) -> Delivered | Rejection:
    """The device as it is once it is corrected: extensions stay, and so does the base, unless the model changes."""
    gone = ledger.cold.replaced.get(wanted.serial)
    if gone is not None:
        return Rejection("device_replaced", {"replacement": gone.replacement})
    known = ledger.delivered.get(wanted.serial)
    if known is None:
        return Rejection("device_unregistered")
    model = ledger.models.get(wanted.model)
    if model is None:
        return Rejection("model_unknown", {"model": wanted.model})
    if refused := refuse_day(wanted.serial, wanted.delivered_on, civil_day(now)):
        return refused
    if (known.model, known.delivered_on) == (wanted.model, wanted.delivered_on):
        return Rejection("delivery_unchanged")
    base = known.base_months if known.model == wanted.model else model.warranty_months
    months = known.warranty_months - known.base_months + base
    if months > MAX_WARRANTY_MONTHS:
        return Rejection("warranty_max_exceeded", {"limit": MAX_WARRANTY_MONTHS})
    return Delivered(wanted.model, wanted.delivered_on, months, base, known.delivered_to)


def corrected(ledger: Ledger, event: DeliveryCorrected) -> Ledger:
    """The ledger with what the event says of the device."""
    delivered_to = ledger.delivered[event.serial].delivered_to
    now = Delivered(event.model, event.delivered_on, event.months, event.base_months, delivered_to)
    return ledger._replace(delivered=ledger.delivered.set(event.serial, now))
