"""Warranty: base months from the day of delivery, extended only while it runs (rule D7)."""

from dataclasses import replace
from datetime import datetime

from contracts.actors import Account, Actor
from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.commands.warranty import ExtendWarranty, WarrantyCommand
from contracts.dates import civil_day, last_day
from contracts.events.warranty import WarrantyEvent, WarrantyExtended
from ledger.domain.contact import refuse_unproven
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import absent, refuse_handling
from ledger.domain.state import Delivered, Device, Ledger, holdings_of


def decide(ledger: Ledger, command: WarrantyCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    return extend_warranty(ledger, command, actor, now)


def evolve(ledger: Ledger, event: WarrantyEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    extended = replace(ledger.delivered[event.serial], warranty_months=event.months)
    return ledger._replace(
        projects=ledger.debited(event.project, holdings_of(event.lots)),
        delivered=ledger.delivered.set(event.serial, extended),
    )


def extend_warranty(
    ledger: Ledger, command: ExtendWarranty, actor: Actor, now: datetime
) -> WarrantyExtended | Rejection:
    """One extension is used up for good; months count from the day of delivery, never from an earlier end."""
    device = ledger.devices.get(command.serial)
    if device is None or not isinstance(actor, Account):
        return absent(ledger, actor, command.serial)
    if refused := refuse_handling(ledger, actor, device, "service"):
        return refused
    months = _months_of(ledger, command, device)
    if isinstance(months, Rejection):
        return months
    if refused := refuse_unproven(ledger, command.serial, device):
        return refused
    delivered = ledger.delivered.get(command.serial)
    if delivered is None or (refused := _refuse_months(delivered, months, now)):
        return _told(ledger, actor, refused if delivered else Rejection("warranty_unknown_start"))
    total = delivered.warranty_months + months
    return WarrantyExtended(
        company=device.company,
        project=device.project,
        serial=command.serial,
        lots=ledger.lots({command.license_type: 1}),
        delivered_on=delivered.delivered_on,
        months=total,
        ends_on=last_day(delivered.delivered_on, total),
    )


def _months_of(ledger: Ledger, command: ExtendWarranty, device: Device) -> int | Rejection:
    """The months of an extension that is free in the device's project and confirmed (rule R4)."""
    name = command.license_type
    facts = ledger.facts.get(name)
    if facts is None:
        return Rejection("license_type_unknown", {"license_type": name})
    if facts.months is None:
        return Rejection("not_a_warranty_extension", {"license_type": name})
    if not command.confirm_final:
        return Rejection("confirmation_required", {"license_type": name, "license_class": facts.license_class})
    free = ledger.projects[device.project].free.get(name, 0)
    if free < 1:
        return Rejection("insufficient_balance", {"license_type": name, "wanted": 1, "free": free})
    return facts.months


def _refuse_months(delivered: Delivered, months: int, now: datetime) -> Rejection | None:
    end = last_day(delivered.delivered_on, delivered.warranty_months)
    if civil_day(now) > end:
        return Rejection("warranty_expired", {"ends_on": end.isoformat()})
    if delivered.warranty_months + months > MAX_WARRANTY_MONTHS:
        return Rejection("warranty_max_exceeded", {"limit": MAX_WARRANTY_MONTHS})
    return None


def _told(ledger: Ledger, actor: Account, reason: Rejection | None) -> Rejection:
    """The reason, or for an end customer only that there is one: it would tell them the guarantee status (rule F4)."""
    company = ledger.companies.get(actor.company)
    if reason is None or company is None or company.kind == "end_customer":
        return Rejection("warranty_not_extendable")
    return reason
