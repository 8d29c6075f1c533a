"""What is expected next, of either side, in every state that a case can be in."""

from datetime import date, timedelta
from typing import get_args

import pytest

from contracts.rma.cases import Coverage, State
from rma.domain.expected import expected_of_requester, expected_of_staff
from rma.domain.state import Case, Quote
from rma.domain.steps import possible

STATES: tuple[State, ...] = get_args(State)
TODAY = date(2026, 11, 25)
COVERAGES: tuple[Coverage, ...] = get_args(Coverage)


def a_case(state: State, coverage: Coverage = "warranty", *, advance: bool = False, consented: bool = False) -> Case:
    return Case("company", "project", "009033010203", coverage, state, TODAY, advance, consented)


@pytest.mark.parametrize("state", STATES)
def test_what_is_expected_of_a_requester_depends_on_no_guarantee(state: State) -> None:
    assert len({expected_of_requester(a_case(state, coverage), TODAY) for coverage in COVERAGES}) == 1


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("coverage", COVERAGES)
@pytest.mark.parametrize("advance", [False, True])
def test_what_is_expected_of_staff_is_a_step_that_it_may_take(state: State, coverage: Coverage, advance: bool) -> None:
    case = a_case(state, coverage, advance=advance)
    expected = expected_of_staff(case, TODAY)
    assert expected is None or expected in possible(case.state, case.conditions, {"staff"})


def test_a_chargeable_repair_is_quoted_first_and_done_once_it_is_consented_to() -> None:
    assert expected_of_staff(a_case("received", "chargeable"), TODAY) == "quote"
    assert expected_of_staff(a_case("received", "chargeable", consented=True), TODAY) == "repair"
    assert expected_of_staff(a_case("received"), TODAY) == "repair"


def test_each_state_that_waits_for_a_clerk_says_for_what() -> None:
    assert {state: expected_of_staff(a_case(state), TODAY) for state in STATES} == {
        "authorised": "receive",
        "received": "repair",
        "quoted": None,
        "declined": "ship",
        "repaired": "ship",
        "unrepairable": "ship",
        "replacing": None,
        "swap_refused": "replace",
        "replaced": "ship",
        "replacement_shipped": "receive",
        "overdue": "charge",
        "shipped": "close",
        "closed": None,
        "cancelled": None,
    }


def test_a_quote_that_has_ended_is_the_clerks_turn_again() -> None:
    quoted = a_case("quoted", "chargeable")._replace(quote=Quote(3, TODAY))
    assert (expected_of_requester(quoted, TODAY), expected_of_staff(quoted, TODAY)) == ("answer_quote", None)

    tomorrow = TODAY + timedelta(days=1)
    assert (expected_of_requester(quoted, tomorrow), expected_of_staff(quoted, tomorrow)) == (None, "quote")
