"""The laws of corrections: what one person proposed, exactly that, and approved by another person."""

from contracts.events.company_imports import CompanyImported
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.log.postings import device_account, postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import bind_at_most_what_is_held, change, require_not_replaced
from signer.domain.verification.state import Changed, VerifiedLedger
from signer.domain.verification.warranty import correct_delivery

Proposed = CorrectionProposed | DeliveryCorrectionProposed
Approved = CorrectionApplied | DeliveryCorrected


def correction_proposed(ledger: VerifiedLedger, event: CorrectionProposed) -> None:
    """Licenses are to move between two accounts."""
    require_lots(ledger, event.lots)
    _propose(ledger, event)


def delivery_correction_proposed(ledger: VerifiedLedger, event: DeliveryCorrectionProposed) -> None:
    """A device was delivered on another day, or is of another model."""
    _propose(ledger, event)


def correction_applied(ledger: VerifiedLedger, event: CorrectionApplied) -> Changed:
    """What was proposed is moved, and a device is stated if one is touched."""
    waiting = _approved(ledger, event)
    if not isinstance(waiting, CorrectionProposed) or _terms(event) != _terms(waiting):
        raise _changed(event)
    _require_places(ledger, event)
    if event.device is None:
        move(ledger, postings(event))
        return ()
    changed = change(ledger, event.device, event.company, postings(event))
    bind_at_most_what_is_held(ledger, event.device.serial)
    return changed


def delivery_corrected(ledger: VerifiedLedger, event: DeliveryCorrected) -> None:
    """The delivery is as proposed, and the warranty follows from it."""
    require_not_replaced(ledger, event.serial)
    waiting = _approved(ledger, event)
    if not isinstance(waiting, DeliveryCorrectionProposed) or _delivery(event) != _delivery(waiting):
        raise _changed(event)
    correct_delivery(ledger, event)


def correction_rejected(ledger: VerifiedLedger, event: CorrectionRejected) -> None:
    """A proposal is closed without effect; its own author may do that."""
    _close(ledger, event.correction)


def take_over_corrections(ledger: VerifiedLedger, event: CompanyImported) -> None:
    """What was proposed for the former company is the other one's now."""
    for correction, waiting in ledger.corrections.items():
        if isinstance(waiting, CorrectionProposed) and waiting.company == event.former_company:
            ledger.corrections[correction] = waiting.model_copy(update={"company": event.company})


def _propose(ledger: VerifiedLedger, event: Proposed) -> None:
    if event.correction in ledger.corrections:
        raise LawBrokenError("correction_twice", f"correction {event.correction} was proposed before")
    ledger.corrections[event.correction] = event


def _approved(ledger: VerifiedLedger, event: Approved) -> Proposed:
    """What was proposed, closed by a second person."""
    waiting = _close(ledger, event.correction)
    if event.approved_by == waiting.proposed_by or event.proposed_by != waiting.proposed_by:
        raise LawBrokenError("correction_alone", f"correction {event.correction} has no second person")
    return waiting


def _close(ledger: VerifiedLedger, correction: str) -> Proposed:
    waiting = ledger.corrections.get(correction)
    if waiting is None:
        raise LawBrokenError("correction_unknown", f"correction {correction} waits for nobody")
    ledger.corrections[correction] = None
    return waiting


def _terms(event: CorrectionProposed | CorrectionApplied) -> tuple[object, ...]:
    return event.company, event.source, event.target, event.lots


def _delivery(event: DeliveryCorrectionProposed | DeliveryCorrected) -> tuple[object, ...]:
    return event.company, event.serial, event.model, event.delivered_on


def _require_places(ledger: VerifiedLedger, event: CorrectionApplied) -> None:
    """Projects are the company's, and the device that is touched is the one that is stated."""
    accounts = (event.source, event.target)
    for account in accounts:
        if account.startswith("project/"):
            require_project(ledger, account.removeprefix("project/"), event.company)
    touched = {account for account in accounts if account.startswith("device/")}
    if touched != ({device_account(event.device.serial)} if event.device else set()):
        raise LawBrokenError("correction_device_wrong", "the device that is corrected is not the one stated")


def _changed(event: Approved) -> LawBrokenError:
    return LawBrokenError("correction_changed", f"correction {event.correction} is not what was proposed")
