"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import date, datetime
from typing import assert_never

from contracts.dates import civil_day
from contracts.rma.events import (
    AdvanceReplacementGranted,
    AdvanceReplacementOrdered,
    AdvanceReplacementWithdrawn,
    CaseCancelled,
    CaseClosed,
    CaseEntriesSetAside,
    CaseFiled,
    CaseReopened,
    CaseSettingAsideProposed,
    DebtCharged,
    DeviceReceived,
    DeviceRepaired,
    DeviceShipped,
    DeviceSwapped,
    DeviceUnrepairable,
    QuoteAccepted,
    QuoteDeclined,
    RepairQuoted,
    ReplacementOrdered,
    ReturnOverdue,
    ReturnReminded,
    RmaEvent,
    StepEvent,
    SwapRefused,
)
from rma.domain import set_aside
from rma.domain.state import Case, Cases, Quote


def evolve(cases: Cases, event: RmaEvent, *, at: datetime, by: str) -> Cases:  # noqa: ARG001 - all logs' signature
    """The cases after the next event, which happened at `at`."""
    after, day = cases.following(), civil_day(at)
    match event:
        case CaseFiled():
            filed = Case(event.company, event.project, event.serial, event.coverage, event.state, day)
            return after._replace(filed=cases.filed + 1).with_case(event.rma, filed)
        case AdvanceReplacementGranted():
            return after._replace(thresholds=cases.thresholds.set(event.company, event.threshold))
        case AdvanceReplacementWithdrawn():
            return after._replace(thresholds=cases.thresholds.delete(event.company))
        case CaseSettingAsideProposed() | CaseEntriesSetAside():
            return set_aside.evolve(after, event)
        case _:
            changed = _changed(after.sequence, cases.cases[event.rma], event)
            return after.with_case(event.rma, _moved_on(changed, event, day))


def _moved_on(case: Case, event: StepEvent, day: date) -> Case:
    """The case in the state that the event states; a case that has ended remembers where it stood."""
    moved = case._replace(state=event.state, since=day)
    return moved._replace(former=case.state) if case.is_open and not moved.is_open else moved


def _changed(sequence: int, case: Case, event: StepEvent) -> Case:
    """What besides its state an event changes of a case."""
    match event:
        case RepairQuoted():
            return case._replace(quote=Quote(sequence, event.valid_until))
        case QuoteAccepted():
            return case._replace(consented=True)
        case ReplacementOrdered():
            return case._replace(replacement=event.replacement)
        case AdvanceReplacementOrdered():
            return case._replace(replacement=event.replacement, advance=True)
        case DeviceSwapped():
            return case._replace(
                replacement=event.replacement,
                swap=event.swap_sequence,
                advance=event.overdue_on is not None,
                overdue_on=event.overdue_on,
            )
        case ReturnReminded():
            return case._replace(reminded=(*case.reminded, event.days))
        case DeviceReceived():
            return case if event.settles_debt else case._replace(advance=False)
        case (
            CaseCancelled()
            | QuoteDeclined()
            | DeviceRepaired()
            | DeviceUnrepairable()
            | SwapRefused()
            | DeviceShipped()
            | ReturnOverdue()
            | DebtCharged()
            | CaseClosed()
            | CaseReopened()
        ):
            return case
        case _:
            assert_never(event)
