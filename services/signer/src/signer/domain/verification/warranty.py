"""The laws of warranty: its end follows from the day of delivery and its months, and months are bought one by one."""

from dataclasses import replace

from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.dates import last_day
from contracts.events.corrections import DeliveryCorrected
from contracts.events.warranty import WarrantyExtended
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import require_in_project
from signer.domain.verification.state import VerifiedLedger, Warranty


def warranty_extended(ledger: VerifiedLedger, event: WarrantyExtended) -> None:
    """One extension is used up, and the warranty gets its months and no more."""
    require_in_project(ledger, event.serial, event.project)
    require_project(ledger, event.project, event.company)
    require_lots(ledger, event.lots)
    ledger.warranties[event.serial] = _extended(ledger, event)
    move(ledger, postings(event))


def correct_delivery(ledger: VerifiedLedger, event: DeliveryCorrected) -> None:
    """Months that were bought stay, those of the base only with the model, and the end follows from the day."""
    before = ledger.warranties.get(event.serial)
    if before is None:
        raise LawBrokenError("warranty_wrong", f"device {event.serial} was never delivered")
    bought = before.months - before.base_months
    if event.months - event.base_months != bought or event.months > MAX_WARRANTY_MONTHS:
        raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has other months")
    if event.model == before.model and event.base_months != before.base_months:
        raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has another base")
    after = Warranty(event.delivered_on, event.months, event.base_months, event.model)
    _require_end(event, after)
    ledger.warranties[event.serial] = after


def inherit_warranty(ledger: VerifiedLedger, former: str, device: str) -> None:
    """A replacement stays of its model, and goes on with the former device's warranty instead of its own."""
    before, own = ledger.warranties.pop(former, None), ledger.warranties.get(device)
    if before is not None:
        ledger.warranties[device] = replace(before, model=own.model) if own else before


def _extended(ledger: VerifiedLedger, event: WarrantyExtended) -> Warranty:
    before = ledger.warranties.get(event.serial)
    lot = event.lots[0] if len(event.lots) == 1 else None
    months = ledger.catalog[lot.license_type].months if lot and lot.count == 1 else None
    if before is None or months is None:
        raise LawBrokenError("warranty_wrong", f"nothing extends the warranty of device {event.serial}")
    after = replace(before, delivered_on=event.delivered_on, months=event.months)
    if after != replace(before, months=before.months + months) or after.months > MAX_WARRANTY_MONTHS:
        raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has other months")
    _require_end(event, after)
    return after


def _require_end(event: WarrantyExtended | DeliveryCorrected, after: Warranty) -> None:
    if event.ends_on != last_day(after.delivered_on, after.months):
        raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} ends on another day")
