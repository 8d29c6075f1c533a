"""The registries of the rules: every command and every event is exactly one family's."""

from collections import Counter

import pytest

from contracts.commands import COMMAND_TYPES
from contracts.events import EVENT_TYPES
from ledger.domain.families import DECIDE, EVOLVE, FAMILIES, Family, own_types


def test_every_command_has_rules() -> None:
    assert set(DECIDE) == set(COMMAND_TYPES.values())


def test_every_event_is_evolved() -> None:
    assert set(EVOLVE) == set(EVENT_TYPES.values())


def test_no_command_and_no_event_is_in_two_families() -> None:
    owned = [model for one in FAMILIES for model in own_types(one.decide, "command") + own_types(one.evolve, "event")]
    assert [model for model, count in Counter(owned).items() if count > 1] == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.__name__.rpartition(".")[2])
def test_a_family_has_one_name_in_the_rules_the_commands_and_the_events(family: Family) -> None:
    places = [*own_types(family.decide, "command"), *own_types(family.evolve, "event"), family.decide, family.evolve]
    assert len({place.__module__.rpartition(".")[2] for place in places}) == 1
