"""What histories tell of an entry is a list, and nothing gets onto it by itself."""

from typing import Any

import pytest
from pydantic import BaseModel

from contracts.events import EVENT_TYPES, Event
from contracts.events.warranty import WarrantyExtended
from ledger.application.projection.facts import FACTS, WITHOUT_FACTS, facts_of
from tests.support.ledger.story import DEFAULT, HOTEL, a_stocked_project, allocate, anna, staff
from tests.support.ledger.story_device_moves import move, staff_moves
from tests.support.ledger.story_projects import rename


@pytest.mark.parametrize(("event", "path"), [(event, path) for event, paths in FACTS.items() for path in paths])
def test_what_is_told_is_there(event: type[Event], path: str) -> None:
    model: Any = event
    for name in path.split("."):
        assert issubclass(model, BaseModel)
        model = model.model_fields[name].annotation


def test_every_type_of_event_has_facts_or_is_known_to_have_none() -> None:
    assert FACTS.keys() | WITHOUT_FACTS == set(EVENT_TYPES.values())
    assert WITHOUT_FACTS.isdisjoint(FACTS)


def test_nothing_is_told_of_a_warranty() -> None:
    assert WarrantyExtended not in FACTS


def test_a_new_name_is_told_beside_the_former_one() -> None:
    renamed = a_stocked_project().when(anna, rename("Hotel Bora")).accepted()
    assert facts_of(renamed) == {"former_name": "Hotel Adria", "project_name": "Hotel Bora"}


def test_a_move_is_told_within_a_company_and_not_across() -> None:
    within = a_stocked_project().when(anna, move()).accepted()
    assert facts_of(within) == {"former_project": HOTEL, "device_project": DEFAULT}
    assert facts_of(a_stocked_project().when(staff, staff_moves()).accepted()) is None


def test_what_an_allocation_says_is_in_its_movements() -> None:
    assert facts_of(a_stocked_project().when(anna, allocate(Port11=1)).accepted()) is None
