"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime
from sys import intern
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
    match event:
        case CaseFiled():
            company, project, serial = map(intern, (event.company, event.project, event.serial))
            filed = Case(company, project, serial, event.coverage, event.state, civil_day(at))
            return cases.after_step(event.rma, filed)._replace(filed=cases.filed + 1)
        case AdvanceReplacementGranted():
            return cases.following()._replace(thresholds=cases.thresholds.set(event.company, event.threshold))
        case AdvanceReplacementWithdrawn():
            return cases.following()._replace(thresholds=cases.thresholds.delete(event.company))
        case CaseSettingAsideProposed() | CaseEntriesSetAside():
            return set_aside.evolve(cases.following(), event)
        case _:
            changed = _changed(cases.sequence + 1, cases.cases[event.rma], event)
            return cases.after_step(event.rma, changed.in_state(event.state, civil_day(at)))


def _changed(sequence: int, case: Case, event: StepEvent) -> Case:
    """What besides its state an event changes of a case; the steps of every case come first."""
    match event:
        case DeviceReceived():
            return case if event.settles_debt or not case.advance else case._replace(advance=False)
        case (
            DeviceRepaired()
            | DeviceShipped()
            | CaseClosed()
            | CaseCancelled()
            | QuoteDeclined()
            | DeviceUnrepairable()
            | SwapRefused()
            | ReturnOverdue()
            | DebtCharged()
            | CaseReopened()
        ):
            return case
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
        case _:
            assert_never(event)
