"""A device that was replaced is back in stock: rules section 6."""

import pytest

from contracts.actors import Actor
from contracts.events.returns import SpentCertificateSeen
from contracts.log.postings import postings
from ledger.domain.ordered_swaps import RMA as RMA_SERVICE
from tests.support.ledger import story_returns, story_test_licenses
from tests.support.ledger.story import (
    DIGEST,
    HOTEL,
    OTHER_SERIAL,
    SERIAL,
    Story,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    give_back,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, delivered, models, register
from tests.support.ledger.story_claims import a_stocked_project_in_contact, claim, code
from tests.support.ledger.story_members import a_stocked_project_with_people as a_stocked_project
from tests.support.ledger.story_replacements import RMA, SPARE, recommission, replace

DIGEST_OF_LATER = "5e" * 32


def a_replaced_device() -> Story:
    """Its 30 ports stand on the spare device, which stands in its place."""
    told = a_stocked_project().given((anna, allocate(Port11=30, Channel=2)), (box, deliver(1, 2)))
    return told.given((staff, replace()))


def back_in_stock() -> Story:
    return a_replaced_device().given((staff, recommission()))


def test_it_begins_the_generation_after_the_one_that_the_replacement_spent_with_nothing_and_in_no_project() -> None:
    told = a_replaced_device()
    free, there = told.free(), told.on(SPARE)
    event = told.when(staff, recommission()).accepted()
    assert postings(event) == ()
    device = told.ledger.released[SERIAL]
    assert (device.generation, device.issue, dict(device.holdings), device.test) == (2, 4, {}, None)
    assert SERIAL not in told.ledger.devices
    assert (told.free(), told.on(SPARE)) == (free, there)


def test_it_lives_like_any_other_device() -> None:
    told = back_in_stock()
    told.given(
        (staff, models(MODEL)),
        (staff, register(delivered(SERIAL))),
        (anna, add(SERIAL)),
        (anna, allocate(Port11=5)),
        (box, deliver(2, 6)),
    )
    assert told.on() == {"Port11": 5}
    told.given((box, give_back(2, DIGEST_OF_LATER)))
    assert told.ledger.devices[SERIAL].generation == 3


def test_it_claims_itself_into_a_project() -> None:
    told = back_in_stock().given((anna, code()), (box, claim(SERIAL)))
    assert told.ledger.devices[SERIAL].project == HOTEL


def test_it_can_stand_in_for_another_device_and_be_replaced_again() -> None:
    told = back_in_stock().given((staff, replace(SPARE, SERIAL, "RMA-2026-000118")))
    assert told.on(SERIAL) == {"Port11": 30, "Channel": 2}
    told.given((staff, replace(SERIAL, OTHER_SERIAL, "RMA-2026-000119")))
    told.when(staff, recommission(generation=1)).refused("generation_spent", generation=3)
    told.given((staff, recommission(generation=2, digest=DIGEST_OF_LATER)))
    assert [one.document_digest for one in told.ledger.released[SERIAL].returns] == [DIGEST, DIGEST_OF_LATER]


def test_the_rma_goes_on_to_answer_what_it_did() -> None:
    told = a_replaced_device()
    swapped = told.ledger.sequence
    told.given((staff, recommission()))
    told.when(staff, replace()).done_before(swapped)
    told.when(staff, replace(OTHER_SERIAL)).refused("licenses_already_transferred", serial=SERIAL, replacement=SPARE)
    assert told.ledger.cold.rmas[RMA].serial == SERIAL


def test_a_device_that_was_not_replaced_keeps_all() -> None:
    told = a_stocked_project().given((anna, allocate(Port11=30)))
    told.when(staff, recommission()).refused("not_replaced")
    told.when(staff, recommission("009033010277")).refused("not_replaced")
    assert told.on() == {"Port11": 30}


def test_it_is_taken_back_once_for_each_replacement() -> None:
    told = back_in_stock()
    told.when(staff, recommission()).refused("not_replaced")
    told.given((anna, add(SERIAL)))
    told.when(staff, recommission()).refused("not_replaced")


def test_the_document_is_of_the_generation_that_the_replacement_spent() -> None:
    told = a_stocked_project().given((box, give_back()), (staff, replace()))
    told.when(staff, recommission(generation=1)).refused("generation_spent", generation=3)
    told.when(staff, recommission(generation=3)).refused("generation_unknown", generation=3)
    told.when(staff, recommission(generation=2, digest=DIGEST_OF_LATER)).accepted()


@pytest.mark.parametrize("actor", [anna, ben, box, RMA_SERVICE])
def test_only_staff_takes_a_device_back(actor: Actor) -> None:
    a_replaced_device().when(actor, recommission()).refused("no_right")


def test_a_certificate_of_the_former_life_is_reported_and_one_of_the_new_life_is_not() -> None:
    told = back_in_stock().given((anna, add(SERIAL)))
    seen = told.when(box, story_returns.report_spent(1)).accepted()
    assert isinstance(seen, SpentCertificateSeen)
    assert (seen.generation, seen.current_generation) == (1, 2)
    told.when(box, story_returns.report_spent(2)).refused("generation_unknown", generation=2)


def test_the_same_document_handed_in_as_a_return_has_the_same_receipt() -> None:
    told = back_in_stock()
    told.when(box, give_back()).done_before(told.ledger.sequence)


def test_the_one_test_that_it_had_stays_used() -> None:
    told = a_stocked_project_in_contact().given((anna, story_test_licenses.ask()))
    told.given((staff, replace()), (staff, recommission()))
    told.given((anna, add(SERIAL)))
    assert told.ledger.devices[SERIAL].test is None
    for wanted in (story_test_licenses.ask(), story_test_licenses.ask(count=3)):
        told.when(anna, wanted).refused("test_used_up", ends_on="2027-02-23")
