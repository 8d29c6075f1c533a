"""What the writer asks of an entry before it believes it: laws that `evolve` would break in silence."""

from contracts.log.stop import UnlawfulEntryError
from contracts.rma.events import (
    AdvanceReplacementGranted,
    AdvanceReplacementWithdrawn,
    CaseEntriesSetAside,
    CaseFiled,
    CaseReopened,
    CaseSettingAsideProposed,
    DeviceSwapped,
    RmaEvent,
    StepEvent,
)
from rma.domain import set_aside
from rma.domain.state import Case, Cases
from rma.domain.steps import row_of


def require_lawful(cases: Cases, event: RmaEvent) -> None:
    """Raises UnlawfulEntryError for an event that cannot follow in this log."""
    match event:
        case CaseFiled():
            _require_new(cases, event)
        case AdvanceReplacementGranted() | AdvanceReplacementWithdrawn():
            pass
        case CaseSettingAsideProposed() | CaseEntriesSetAside():
            set_aside.require_lawful(cases, event)
        case _:
            case = cases.cases.get(event.rma)
            if case is None:
                raise UnlawfulEntryError("case_unknown", f"{event.rma} was never filed")
            _require_step(cases, case, event)


def _require_new(cases: Cases, event: CaseFiled) -> None:
    if event.rma in cases.cases:
        raise UnlawfulEntryError("case_exists", f"{event.rma} was filed before")
    if event.serial in cases.open:
        raise UnlawfulEntryError("case_open_once", f"{event.serial} has the open case {cases.open[event.serial]}")
    if event.state != "authorised":
        raise UnlawfulEntryError("step_wrong", f"{event.rma} begins as {event.state}")


def _require_step(cases: Cases, case: Case, event: StepEvent) -> None:
    row = row_of(event.step, case.state, case.conditions)
    if row is None or event.state != (row.target or (case.former if event.step == "reopen" else case.state)):
        raise UnlawfulEntryError("step_wrong", f"{event.rma} goes from {case.state} to {event.state} by {event.step}")
    if isinstance(event, DeviceSwapped) and case.swap is not None:
        raise UnlawfulEntryError("swapped_once", f"{event.rma} was swapped by entry {case.swap} of the ledger")
    if isinstance(event, CaseReopened) and case.serial in cases.open:
        raise UnlawfulEntryError("case_open_once", f"{case.serial} has the open case {cases.open[case.serial]}")
