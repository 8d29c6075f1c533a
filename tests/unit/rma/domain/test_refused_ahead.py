"""What is refused whatever a form says, told before somebody tries: the same as the decision on the command itself."""

from datetime import timedelta
from itertools import product
from typing import get_args

import pytest

from contracts.actors import Account
from contracts.rma.cases import Coverage, State, Step
from contracts.rma.commands import AcceptQuote, CancelCase, CloseCase, QuoteRepair, ReopenCase
from rma.domain.decisions import Rejection
from rma.domain.refused_ahead import RefusedStep, refused_ahead
from rma.domain.steps import Role, possible
from tests.support.rma.story import BORA, OTHER, Desk, anna, clerk, grant, gus, mia, owed
from tests.unit.rma.domain.test_steps import COMMANDS, RMA, a_desk_with

VIEWERS: tuple[Account, ...] = (anna, clerk, mia)


def ahead(desk: Desk, rma: str, actor: Account) -> dict[Step, RefusedStep]:
    found = refused_ahead(desk.cases, desk.case(rma), actor, desk.ledger, desk.now.date())
    return {one.step: one for one in found}


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize(("advance", "free"), list(product((False, True), repeat=2)))
def test_a_step_is_refused_ahead_exactly_where_its_command_is_refused(
    state: State, *, advance: bool, free: bool
) -> None:
    desk = a_desk_with(state, advance=advance, free=free)
    for actor in (anna, clerk):
        refused = ahead(desk, RMA, actor)
        role: Role = "requester" if actor == anna else "staff"
        steps: set[Step] = {*refused, *possible(state, desk.case(RMA).conditions, {role})}
        for step in steps:
            decision = desk.says(COMMANDS[step][0], actor)
            if step in refused:
                assert isinstance(decision, Rejection), step
                assert decision.code == refused[step].rejection.code
            else:
                assert not isinstance(decision, Rejection), (step, decision)


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("advance", [False, True])
def test_what_a_requester_reads_depends_on_no_guarantee(state: State, *, advance: bool) -> None:
    told = {
        repr(ahead(a_desk_with(state, advance=advance, free=free), RMA, viewer))
        for free in (False, True)
        for viewer in (anna, gus)
    }
    assert len(told) == 1


def test_a_step_says_for_which_state_it_waits() -> None:
    desk = Desk()
    refused = ahead(desk, desk.files(), clerk)
    assert set(refused) == {
        "quote",
        "repair",
        "unrepairable",
        "replace",
        "send_in_advance",
        "ship",
        "charge",
        "close",
        "reopen",
    }
    assert refused["charge"].states == ("overdue",)
    assert refused["reopen"].states == ("closed", "cancelled")


@pytest.mark.parametrize(
    ("coverage", "step", "waits_for"), [("warranty", "quote", "unpaid"), ("chargeable", "repair", "free")]
)
def test_a_step_says_what_has_to_hold_besides_the_state(coverage: Coverage, step: Step, waits_for: str) -> None:
    desk = a_desk_with("received", advance=False, free=coverage == "warranty")
    refused = ahead(desk, RMA, clerk)[step]
    assert (refused.rejection.code, refused.states, refused.conditions) == ("bad_transition", (), (waits_for,))


def test_a_replacement_in_advance_is_for_entitled_companies_that_owe_less_than_they_may() -> None:
    desk = Desk()
    rma = desk.files(OTHER)
    assert ahead(desk, rma, clerk)["send_in_advance"].rejection.code == "advance_not_entitled"

    desk.does(grant(1))
    assert "send_in_advance" not in ahead(desk, rma, clerk)

    debt = owed(desk)
    rejection = ahead(desk, rma, clerk)["send_in_advance"].rejection
    assert (rejection.code, rejection.details) == ("returns_owed", {"cases": debt, "threshold": 1})


def test_a_quote_that_has_ended_can_be_answered_no_more() -> None:
    desk = a_desk_with("received", advance=False, free=False)
    desk.does(QuoteRepair(rma=RMA, cents=100, currency="EUR", valid_until=desk.now.date()))
    assert "accept" not in ahead(desk, RMA, anna)

    desk.later(1)

    refused = ahead(desk, RMA, anna)
    assert (refused["accept"].rejection.code, refused["decline"].rejection.code) == ("quote_ended", "quote_ended")
    quote = desk.case(RMA).quote
    assert quote is not None
    assert desk.no(AcceptQuote(rma=RMA, quote=quote.sequence), anna).code == "quote_ended"


def test_an_ended_case_is_taken_up_within_its_time_and_where_the_device_has_no_other() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(CancelCase(rma=rma))
    assert "reopen" not in ahead(desk, rma, clerk)

    another = desk.files()
    assert ahead(desk, rma, clerk)["reopen"].rejection == Rejection("rma_open_for_device", {"rma": another})

    desk.now += timedelta(days=91)
    assert ahead(desk, rma, clerk)["reopen"].rejection.code == "reopening_too_late"
    assert desk.no(ReopenCase(rma=rma, reason="Again.")).code == "reopening_too_late"


def test_who_only_looks_reads_what_the_right_would_let_them_do() -> None:
    desk = Desk()
    rma = desk.files()
    assert {step: one.rejection.code for step, one in ahead(desk, rma, mia).items()} == dict.fromkeys(
        ("cancel", "accept", "decline"), "no_right"
    )


def test_nobody_of_a_blocked_company_does_anything() -> None:
    desk = Desk()
    rma = desk.files()
    desk.ledger = desk.ledger._replace(blocked=frozenset({f"companies/{BORA}"}))

    assert {one.rejection.code for one in ahead(desk, rma, gus).values()} == {"company_blocked"}
    assert desk.no(CancelCase(rma=rma), gus).code == "company_blocked"


def test_a_case_that_was_swapped_is_not_swapped_again() -> None:
    desk = a_desk_with("received", advance=False, free=True)
    case = desk.case(RMA)._replace(swap=76)
    desk.cases = desk.cases.after_step(RMA, case)
    assert ahead(desk, RMA, clerk)["replace"].rejection.code == "licenses_already_transferred"
    assert desk.no(CloseCase(rma=RMA)).code == "bad_transition"
