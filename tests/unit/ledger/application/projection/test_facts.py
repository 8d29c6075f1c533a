"""What histories tell of an entry is a list, and nothing gets onto it by itself."""

from typing import Any

import pytest
from pydantic import BaseModel

from contracts.events import EVENT_TYPES, Event
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn
from contracts.events.corrections import CorrectionApplied, LinkedCorrectionsApplied
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.software_service import HeldLicensesReleased
from contracts.events.warranty import WarrantyExtended
from ledger.application.projection.facts import FACTS, WITHOUT_FACTS, facts_of
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    SERIAL,
    a_project,
    a_stocked_project,
    allocate,
    anna,
    issue,
    redeem,
    staff,
)
from tests.support.ledger.story_device_moves import move, staff_moves
from tests.support.ledger.story_projects import rename

TOLD_BY_THEIR_SUBJECT = {ClaimCodeCreated, ClaimCodeWithdrawn, HeldLicensesReleased, LegacyLicensesConverted}
STAFF_ONLY = {CorrectionApplied, LinkedCorrectionsApplied, WarrantyExtended}
"""Of these a company sees what they moved, and no more."""


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
    assert facts_of(within) == {"device_serial": SERIAL, "former_project": HOTEL, "device_project": DEFAULT}
    assert facts_of(a_stocked_project().when(staff, staff_moves()).accepted()) is None


def test_an_allocation_and_a_redemption_tell_their_project_and_serial() -> None:
    allocated = a_stocked_project().when(anna, allocate(Port11=1)).accepted()
    assert facts_of(allocated) == {"device_project": HOTEL, "device_serial": SERIAL}
    redeemed = a_project().given((staff, issue(Port11=1))).when(anna, redeem()).accepted()
    assert facts_of(redeemed) == {"project": HOTEL}


def test_whatever_names_a_project_tells_it_in_its_subject_or_its_facts_unless_it_is_nobody_elses_business() -> None:
    told = {*FACTS, *TOLD_BY_THEIR_SUBJECT, *STAFF_ONLY}
    assert [event.type for event in WITHOUT_FACTS if event not in told and _names_a_project(event)] == []


def _names_a_project(event: type[Event]) -> bool:
    return not {"project", "device"}.isdisjoint(event.model_fields)
