"""The decision on a command: one event, or a rejection with its reason."""

from dataclasses import replace
from datetime import date, datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.dates import civil_day
from contracts.rma.commands import (
    CaseCommand,
    EntitlementCommand,
    FileCase,
    GrantAdvanceReplacement,
    RmaCommand,
    StepCommand,
    WithdrawAdvanceReplacement,
)
from contracts.rma.events import AdvanceReplacementGranted, AdvanceReplacementWithdrawn, CaseFiled
from rma.domain import case_steps, set_aside
from rma.domain.asking import refuse_filing, refuse_staff_only, refuse_step, refuse_stopped, roles
from rma.domain.case_steps import Situation
from rma.domain.decisions import Decision, Rejection
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Case, Cases
from rma.domain.steps import possible, row_of


def decide(cases: Cases, command: RmaCommand, actor: Actor, ledger: LedgerView, *, now: datetime) -> Decision:
    """The answer to a command, from the cases, what they need of the ledger, and the time; the time is aware UTC.

    A rejection names the entry of the ledger that it was decided at, as an event does.
    """
    decision = _decided(cases, command, actor, ledger, civil_day(now))
    if isinstance(decision, Rejection):
        return replace(decision, details={**decision.details, "ledger_sequence": ledger.sequence})
    return decision


def _decided(cases: Cases, command: RmaCommand, actor: Actor, ledger: LedgerView, today: date) -> Decision:
    if ledger.vendor is None:
        return Rejection("ledger_not_founded")
    if refused := refuse_stopped(ledger, actor):
        return refused
    match command:
        case FileCase():
            return _file(cases, command, actor, ledger, today)
        case GrantAdvanceReplacement() | WithdrawAdvanceReplacement():
            return refuse_staff_only(ledger, actor) or _entitle(cases, command, ledger)
        case ProposeSettingAside() | ApproveSettingAside():
            return set_aside.decide(cases, command, actor, ledger)
        case CaseCommand():
            return _step(cases, command, actor, ledger, today)
        case _:
            assert_never(command)


def _file(cases: Cases, command: FileCase, actor: Actor, ledger: LedgerView, today: date) -> Decision:
    """One open case for each device; who pays is fixed by this day."""
    if refused := refuse_filing(ledger, actor, command.serial):
        return refused
    if command.serial in cases.open:
        return _open_already(cases, cases.open[command.serial], actor, ledger)
    project = ledger.devices[command.serial]
    return CaseFiled(
        rma=f"RMA-{today.year}-{cases.filed + 1:06}",
        company=ledger.projects[project],
        ledger_sequence=ledger.sequence,
        state="authorised",
        project=project,
        serial=command.serial,
        coverage=ledger.coverage(command.serial, today),
        reference=command.reference,
    )


def _open_already(cases: Cases, rma: str, actor: Actor, ledger: LedgerView) -> Rejection:
    """Names the open case to whoever may see it: the device may have come from another company."""
    is_seen = bool(roles(ledger, actor, cases.cases[rma]))
    return Rejection("rma_open_for_device", {"rma": rma} if is_seen else {})


def _entitle(cases: Cases, command: EntitlementCommand, ledger: LedgerView) -> Decision:
    if command.company not in ledger.companies:
        return Rejection("company_unknown")
    if isinstance(command, GrantAdvanceReplacement):
        return AdvanceReplacementGranted(
            company=command.company,
            ledger_sequence=ledger.sequence,
            reference=command.reference,
            threshold=command.threshold,
        )
    if command.company not in cases.thresholds:
        return Rejection("advance_not_entitled")
    return AdvanceReplacementWithdrawn(
        company=command.company, ledger_sequence=ledger.sequence, reference=command.reference, reason=command.reason
    )


def _step(cases: Cases, command: StepCommand, actor: Actor, ledger: LedgerView, today: date) -> Decision:
    case = cases.cases.get(command.rma)
    if case is None:
        return Rejection("rma_unknown")
    if refused := refuse_step(ledger, actor, case, command.step):
        return refused
    asked_by = roles(ledger, actor, case)
    row = row_of(command.step, case.state, case.conditions)
    if row is None or not row.by & asked_by:
        return _bad_transition(case, possible(case.state, case.conditions, asked_by))
    target = row.target or (case.former if command.step == "reopen" else case.state)
    return case_steps.decide(Situation(cases, case, ledger, today, target, "service" in asked_by), command)


def _bad_transition(case: Case, steps: tuple[str, ...]) -> Rejection:
    return Rejection("bad_transition", {"state": case.state, "possible": ", ".join(steps)})
