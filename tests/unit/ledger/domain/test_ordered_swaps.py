"""Which swaps the RMA service may ask the ledger for (ADR 21)."""

import pytest

from contracts.actors import Account, Service
from contracts.commands.replacements import ReplaceDevice
from contracts.rma.events import CaseCancelled, DeviceSwapped, ReplacementOrdered, RmaEvent, SwapRefused
from ledger.domain.decisions import Rejection
from ledger.domain.ordered_swaps import NO_ORDERS, RMA, Orders, follow, refuse_unordered
from tests.support.ledger.story import ADRIA, HOTEL, OTHER_SERIAL, SERIAL, staff
from tests.support.ledger.story_replacements import SPARE, replace

CASE, OTHER_CASE = "RMA-2026-000001", "RMA-2026-000002"
UNORDERED = Rejection("replacement_not_ordered")


def ordered(rma: str = CASE, *, other_model: bool = False) -> ReplacementOrdered:
    return ReplacementOrdered(
        rma=rma,
        company=ADRIA,
        ledger_sequence=9,
        state="replacing",
        project=HOTEL,
        serial=SERIAL,
        replacement=SPARE,
        finding="Burnt.",
        other_model=other_model,
    )


def after(*events: RmaEvent) -> Orders:
    orders = NO_ORDERS
    for event in events:
        orders = follow(orders, event)
    return orders


def test_what_staff_has_ordered_in_a_case_may_be_asked_for() -> None:
    assert refuse_unordered(after(ordered()), replace(SERIAL, SPARE, CASE), RMA) is None


@pytest.mark.parametrize(
    "command",
    [
        replace(SERIAL, SPARE, OTHER_CASE),
        replace(OTHER_SERIAL, SPARE, CASE),
        replace(SERIAL, OTHER_SERIAL, CASE),
        replace(SERIAL, SPARE, CASE, other_model=True),
    ],
)
def test_nothing_else_may(command: ReplaceDevice) -> None:
    assert refuse_unordered(after(ordered()), command, RMA) == UNORDERED


@pytest.mark.parametrize(
    "event",
    [
        SwapRefused(
            rma=CASE, company=ADRIA, ledger_sequence=9, state="swap_refused", replacement=SPARE, code="device_blocked"
        ),
        DeviceSwapped(
            rma=CASE,
            company=ADRIA,
            ledger_sequence=9,
            state="replaced",
            serial=SERIAL,
            replacement=SPARE,
            swap_sequence=9,
        ),
        CaseCancelled(rma=CASE, company=ADRIA, ledger_sequence=9, state="cancelled"),
    ],
    ids=lambda event: event.step,
)
def test_an_order_ends_with_the_next_step_of_its_case(event: RmaEvent) -> None:
    orders = after(ordered(), ordered(OTHER_CASE), event)
    assert refuse_unordered(orders, replace(SERIAL, SPARE, CASE), RMA) == UNORDERED
    assert refuse_unordered(orders, replace(SERIAL, SPARE, OTHER_CASE), RMA) is None


@pytest.mark.parametrize("actor", [staff, Service(name="portal")])
def test_everybody_else_is_judged_by_his_rights_alone(actor: Account | Service) -> None:
    assert refuse_unordered(NO_ORDERS, replace(), actor) is None
