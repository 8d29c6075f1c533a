"""The page about RMA shows the states that the rules have."""

from typing import get_args

from contracts.rma.cases import State
from dev.generate import case_states
from rma.domain.steps import STEPS


def test_the_picture_is_made_from_the_table_of_steps() -> None:
    page = case_states.FILE.read_text(encoding="utf-8")
    assert page == case_states.text(page), "run `make generate`"


def test_the_picture_has_every_state_and_every_step() -> None:
    picture = case_states.picture()
    for state in get_args(State):
        assert f" {state}" in picture
    for row in STEPS:
        assert row.step in {"remind", "reopen"} or f": {row.step.replace('_', ' ')} (" in picture
