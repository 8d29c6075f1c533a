"""Rows of cases as a caller reads them: what an end customer must not learn is left out here alone (rule F4)."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.refusals import REFUSALS
from rma.application.projection.rows import CaseRow
from rma.application.queries.sight import Sight
from rma.application.queries.views import (
    CaseView,
    QuoteView,
    RefusedStepView,
    RequestView,
    ShipmentView,
    SummaryView,
)
from rma.domain.asking import roles
from rma.domain.expected import expected_of_requester, expected_of_staff
from rma.domain.refused_ahead import RefusedStep, refused_ahead
from rma.domain.state import Cases
from rma.domain.steps import possible

_TELLING = frozenset({"coverage", "finding", "reason"})
"""Facts from which one could tell the guarantee: the coverage, and what staff writes in its own words."""


def summary_of(row: CaseRow, sight: Sight, today: date) -> SummaryView:
    """A case as lists show it."""
    return SummaryView(**_summary(row, sight, today))


def case_view_of(
    row: CaseRow, sight: Sight, request: RequestView | None, beside: Cases | None, today: date
) -> CaseView:
    """A case as its caller reads it. `beside` is what its steps rest on besides it; in a past state nothing is done."""
    told = json.loads(row.told)
    said: dict[str, Any] = _summary(row, sight, today) | {
        **(_steps(row, sight, beside, today) if beside is not None else {"steps": [], "refused_steps": []}),
        "quote": _quote(row, told),
        "replacement": row.replacement,
        "swapped": row.swap is not None,
        "swap_sequence": row.swap,
        "shipment": ShipmentView(**told["shipment"]) if told.get("shipment") else None,
        "invoice": told.get("invoice"),
        "request": request,
    }
    if sight.sees_coverage:
        said["finding"] = told.get("finding")
    if sight.is_staff:
        said["swap_refusal"] = told.get("swap_refusal")
    return CaseView(**said)


def facts_for(facts: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """What an entry says, as far as the caller may know it."""
    return {name: fact for name, fact in facts.items() if sight.sees_coverage or name not in _TELLING}


def _summary(row: CaseRow, sight: Sight, today: date) -> dict[str, Any]:
    case = row.case
    said = {
        "rma": row.rma,
        "serial": row.serial,
        "project": row.project,
        "company": row.company,
        "reference": row.reference,
        "state": row.state,
        "answer": "accepted" if row.quote is None else "quote_follows",
        "expected": expected_of_staff(case, today) if sight.is_staff else expected_of_requester(case, today),
        "filed": row.filed,
        "since": row.since,
        "overdue_on": row.overdue_on,
        "owed": row.owes,
        "sequence": row.sequence,
        "filed_sequence": row.filed_sequence,
    }
    return said | {"coverage": row.coverage} if sight.sees_coverage else said


def _steps(row: CaseRow, sight: Sight, cases: Cases, today: date) -> dict[str, Any]:
    """What the caller may do now, and what not, and why."""
    case = row.case
    refused = refused_ahead(cases, case, sight.account, sight.ledger, today)
    names = {one.step for one in refused}
    steps = possible(case.state, case.conditions, roles(sight.ledger, sight.account, case))
    return {
        "steps": [step for step in steps if step not in names],
        "refused_steps": [_refused_step(one) for one in refused],
    }


def _refused_step(one: RefusedStep) -> RefusedStepView:
    return RefusedStepView(
        step=one.step,
        code=one.rejection.code,
        detail=REFUSALS[one.rejection.code].sentence,
        states=list(one.states),
        conditions=list(one.conditions),
        facts=dict(one.rejection.details),
    )


def _quote(row: CaseRow, told: Mapping[str, Any]) -> QuoteView | None:
    if row.quote is None or row.quote_until is None:
        return None
    return QuoteView(entry=row.quote, valid_until=row.quote_until, **told["quote"])
