"""Steps that would be refused whatever their form says, and why: what a page shows before somebody tries (rule F5)."""

from datetime import date
from typing import NamedTuple

from contracts.actors import Actor
from contracts.rma.cases import State, Step
from rma.domain import case_steps
from rma.domain.asking import refuse_stopped, roles
from rma.domain.decisions import Rejection
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Case, Cases
from rma.domain.steps import STEPS, Condition, Role, row_of, unmet

_PEOPLE: frozenset[Role] = frozenset({"requester", "staff"})
_ONLOOKER: frozenset[Role] = frozenset({"requester"})
"""Whoever only sees a case reads what a requester could do in it."""


class RefusedStep(NamedTuple):
    """A step and its refusal. `states` and `conditions` say what it waits for, where the case stands elsewhere."""

    step: Step
    rejection: Rejection
    states: tuple[State, ...] = ()
    conditions: tuple[Condition, ...] = ()


def refused_ahead(cases: Cases, case: Case, actor: Actor, ledger: LedgerView, today: date) -> list[RefusedStep]:
    """Each step that is the actor's to take and can't be taken now, in the order of the table.

    `cases` may hold no more than what these refusals rest on: the entitlement of the company, what it owes, and the
    open case of the device.
    """
    mine = roles(ledger, actor, case)
    steps: dict[Step, None] = dict.fromkeys(row.step for row in STEPS if row.by & _PEOPLE & (mine or _ONLOOKER))
    if stopped := refuse_stopped(ledger, actor):
        return [RefusedStep(step, stopped) for step in steps]
    if not mine:
        return [RefusedStep(step, Rejection("no_right")) for step in steps]
    found = (_refused(cases, case, step, mine, today) for step in steps)
    return [one for one in found if one is not None]


def _refused(cases: Cases, case: Case, step: Step, mine: frozenset[Role], today: date) -> RefusedStep | None:
    row = row_of(step, case.state, case.conditions)
    if row is None or not row.by & mine:
        return RefusedStep(step, Rejection("bad_transition"), *unmet(step, case.state, case.conditions, mine))
    rejection = case_steps.refuse_ahead(cases, case, step, today)
    return RefusedStep(step, rejection) if rejection else None
