"""The laws of corrections: what one person proposed, exactly that, and approved by another person."""

from collections.abc import Iterable

from contracts.accounts import device_account, project_account
from contracts.events.company_imports import CompanyImported
from contracts.events.corrections import (
    AppliedLine,
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
)
from contracts.licenses import DeviceLicenses
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import bind_at_most_what_is_held, change, require_not_replaced
from signer.domain.verification.state import Changed, VerifiedLedger
from signer.domain.verification.warranty import correct_delivery

MovesProposed = CorrectionProposed | LinkedCorrectionsProposed
MovesApplied = CorrectionApplied | LinkedCorrectionsApplied
Proposed = MovesProposed | DeliveryCorrectionProposed
Approved = MovesApplied | DeliveryCorrected


def correction_proposed(ledger: VerifiedLedger, event: CorrectionProposed) -> None:
    """Licenses are to move between two accounts."""
    require_lots(ledger, event.lots)
    _propose(ledger, event)


def linked_corrections_proposed(ledger: VerifiedLedger, event: LinkedCorrectionsProposed) -> None:
    """Licenses are to move between several pairs of accounts, all or none."""
    for line in event.lines:
        require_lots(ledger, line.lots)
    _propose(ledger, event)


def delivery_correction_proposed(ledger: VerifiedLedger, event: DeliveryCorrectionProposed) -> None:
    """A device was delivered on another day, or is of another model."""
    _propose(ledger, event)


def correction_applied(ledger: VerifiedLedger, event: CorrectionApplied) -> Changed:
    """What was proposed is moved, and a device is stated if one is touched."""
    waiting = _approved(ledger, event)
    if not isinstance(waiting, CorrectionProposed) or _terms(event) != _terms(waiting):
        raise _changed(event)
    _require_places(ledger, event, event.company)
    _require_device(event, (event.source, event.target))
    return _move(ledger, event)


def linked_corrections_applied(ledger: VerifiedLedger, event: LinkedCorrectionsApplied) -> Changed:
    """Every line that was proposed is moved; a device is stated with lines of its own project alone."""
    waiting = _approved(ledger, event)
    if not isinstance(waiting, LinkedCorrectionsProposed) or _linked_terms(event) != _linked_terms(waiting):
        raise _changed(event)
    for line in event.lines:
        _require_places(ledger, line, line.company)
    accounts = {account for line in event.lines for account in (line.source, line.target)}
    _require_device(event, accounts)
    if event.device is not None:
        _require_nothing_else(event, event.device, accounts)
    return _move(ledger, event)


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
        if isinstance(waiting, MovesProposed) and waiting.company == event.former_company:
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


def _linked_terms(event: LinkedCorrectionsProposed | LinkedCorrectionsApplied) -> tuple[object, ...]:
    return event.company, *((line.source, line.target, line.lots) for line in event.lines)


def _delivery(event: DeliveryCorrectionProposed | DeliveryCorrected) -> tuple[object, ...]:
    return event.company, event.serial, event.model, event.delivered_on


def _require_places(ledger: VerifiedLedger, line: CorrectionApplied | AppliedLine, company: str) -> None:
    """Projects are the company's."""
    for account in (line.source, line.target):
        if account.startswith("project/"):
            require_project(ledger, account.removeprefix("project/"), company)


def _require_device(event: MovesApplied, accounts: Iterable[str]) -> None:
    """The device that is touched is the one that is stated."""
    touched = {account for account in accounts if account.startswith("device/")}
    if touched != ({device_account(event.device.serial)} if event.device else set()):
        raise LawBrokenError("correction_device_wrong", "the device that is corrected is not the one stated")


def _require_nothing_else(event: LinkedCorrectionsApplied, device: DeviceLicenses, accounts: set[str]) -> None:
    """Its license file carries the entry, so that whoever sees the device reads every line."""
    projects = {account for account in accounts if account.startswith("project/")}
    if projects - {project_account(device.project)} or any(line.company != event.company for line in event.lines):
        raise LawBrokenError("correction_device_wrong", f"the file of device {device.serial} would tell of others")


def _move(ledger: VerifiedLedger, event: MovesApplied) -> Changed:
    if event.device is None:
        move(ledger, postings(event))
        return ()
    changed = change(ledger, event.device, event.company, postings(event))
    bind_at_most_what_is_held(ledger, event.device.serial)
    return changed


def _changed(event: Approved) -> LawBrokenError:
    return LawBrokenError("correction_changed", f"correction {event.correction} is not what was proposed")
