"""Every pair of a state and a step: allowed where the rule says so, and refused with what would be right (rule F5)."""

from itertools import product
from typing import get_args

import pytest

from contracts.actors import Actor
from contracts.rma.cases import State, Step
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclareUnrepairable,
    DeclineQuote,
    MarkOverdue,
    OrderReplacement,
    QuoteRepair,
    ReceiveDevice,
    RecordRepair,
    RecordSwap,
    RecordSwapRefusal,
    RemindOfReturn,
    ReopenCase,
    SendInAdvance,
    ShipDevice,
    StepCommand,
)
from contracts.rma.events import CaseEvent
from rma.domain.decisions import Rejection
from rma.domain.state import Case, Quote
from tests.support.rma.story import (
    ADRIA,
    HOTEL,
    NOON,
    SERIAL,
    SPARE,
    Desk,
    anna,
    clerk,
    service,
)

RMA = "RMA-2026-000001"
TODAY = NOON.date()

COMMANDS: dict[Step, tuple[StepCommand, Actor]] = {
    "cancel": (CancelCase(rma=RMA), anna),
    "receive": (ReceiveDevice(rma=RMA, serial=SERIAL), clerk),
    "quote": (QuoteRepair(rma=RMA, cents=12_900, currency="EUR", valid_until=TODAY), clerk),
    "accept": (AcceptQuote(rma=RMA, quote=3), anna),
    "decline": (DeclineQuote(rma=RMA, quote=3), anna),
    "repair": (RecordRepair(rma=RMA, finding="A fuse."), clerk),
    "unrepairable": (DeclareUnrepairable(rma=RMA, finding="Lightning."), clerk),
    "replace": (OrderReplacement(rma=RMA, replacement=SPARE, finding="Burnt."), clerk),
    "send_in_advance": (
        SendInAdvance(rma=RMA, replacement=SPARE, reason="Contract.", carrier="DHL", tracking_number="1"),
        clerk,
    ),
    "swapped": (RecordSwap(rma=RMA, replacement=SPARE, swap_sequence=76), service),
    "swap_refused": (RecordSwapRefusal(rma=RMA, replacement=SPARE, code="model_mismatch"), service),
    "ship": (ShipDevice(rma=RMA, carrier="DHL", tracking_number="1"), clerk),
    "remind": (RemindOfReturn(rma=RMA, days=1), service),
    "overdue": (MarkOverdue(rma=RMA), service),
    "charge": (ChargeDebt(rma=RMA, invoice="INV-1"), clerk),
    "close": (CloseCase(rma=RMA), clerk),
    "reopen": (ReopenCase(rma=RMA, reason="Came back."), clerk),
}
# As the rule states it, not as the table does: for each state the steps and where each leads.
SAME = "the same"
ANYWAY: dict[State, dict[Step, str]] = {
    "authorised": {
        "cancel": "cancelled",
        "receive": "received",
        "send_in_advance": "replacing",
        "swapped": "replacement_shipped",
    },
    "received": {"swapped": "replaced"},
    "quoted": {"quote": "quoted", "accept": "received", "decline": "declined", "swapped": "replaced"},
    "declined": {"ship": "shipped", "swapped": "replaced"},
    "repaired": {"ship": "shipped", "swapped": "replaced"},
    "unrepairable": {"ship": "shipped", "swapped": "replaced"},
    "replacing": {"swap_refused": "swap_refused"},
    "swap_refused": {},
    "replaced": {"ship": "shipped"},
    "replacement_shipped": {"receive": "closed", "remind": "replacement_shipped", "overdue": "overdue"},
    "overdue": {"receive": "closed", "charge": "closed"},
    "shipped": {"close": "closed", "swapped": SAME},
    "closed": {"reopen": "shipped", "swapped": SAME},
    "cancelled": {"reopen": "shipped", "swapped": SAME},
}
WORK: dict[Step, str] = {"repair": "repaired", "unrepairable": "unrepairable", "replace": "replacing"}


def expected(state: State, *, advance: bool, free: bool) -> dict[Step, str]:
    steps = dict(ANYWAY[state])
    if state == "received":
        steps |= WORK if free else {"quote": "quoted"}
    if state == "swap_refused":
        steps |= {"cancel": "cancelled", "receive": "received", "send_in_advance": "replacing"} if advance else WORK
    if state in ("replacing", "swap_refused"):
        steps["swapped"] = "replacement_shipped" if advance else "replaced"
    return steps


def a_desk_with(state: State, *, advance: bool, free: bool) -> Desk:
    case = Case(
        ADRIA,
        HOTEL,
        SERIAL,
        "warranty" if free else "chargeable",
        state,
        TODAY,
        advance=advance,
        quote=Quote(3, TODAY),
        replacement=SPARE,
        overdue_on=TODAY,
        former="shipped",
    )
    desk = Desk()
    desk.cases = desk.cases._replace(thresholds=desk.cases.thresholds.set(ADRIA, 3)).after_step(RMA, case)
    return desk


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize(("advance", "free"), list(product((False, True), repeat=2)))
def test_each_step_is_allowed_or_refused_as_the_rule_says(state: State, *, advance: bool, free: bool) -> None:
    desk, allowed = a_desk_with(state, advance=advance, free=free), expected(state, advance=advance, free=free)
    for step, (command, actor) in COMMANDS.items():
        decision = desk.says(command, actor)
        if step in allowed:
            assert isinstance(decision, CaseEvent), (step, decision)
            assert decision.step == step
            assert decision.state == (state if allowed[step] == SAME else allowed[step])
        else:
            assert isinstance(decision, Rejection), step
            assert decision.code == "bad_transition"
            assert decision.details["state"] == state
            possible = {one for one in str(decision.details["possible"]).split(", ") if one}
            mine: set[str] = {one for one in allowed if COMMANDS[one][1] == actor}
            if actor == clerk:
                mine |= {"cancel"} & set(allowed)
            if actor == service:
                mine |= {"close"} & set(allowed)
            assert possible == mine


def test_the_commands_of_this_test_are_all_steps() -> None:
    assert set(COMMANDS) == set(get_args(Step)) - {"file"}
    assert all(command.step == step for step, (command, _) in COMMANDS.items())
