"""What a delivered device is and since when, put right by two persons: its warranty counts anew (domain D7)."""

from datetime import datetime

from contracts.actors import Account
from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.dates import civil_day, last_day
from contracts.events.corrections import DeliveryCorrected
from ledger.domain.catalog import refuse_day
from ledger.domain.cold_state import DeliveryProposal
from ledger.domain.decisions import Rejection
from ledger.domain.state import Delivered, Ledger


def approve(
    ledger: Ledger, correction: str, wanted: DeliveryProposal, *, actor: Account, now: datetime
) -> DeliveryCorrected | Rejection:
    """The second person's yes; whether the device is still there to be corrected is asked again."""
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
    gone = ledger.rare.replaced.get(wanted.serial)
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
    return Delivered(wanted.model, wanted.delivered_on, months, base)


def corrected(ledger: Ledger, event: DeliveryCorrected) -> Ledger:
    """The ledger with what the event says of the device."""
    now = Delivered(event.model, event.delivered_on, event.months, event.base_months)
    return ledger._replace(delivered=ledger.delivered.set(event.serial, now))
