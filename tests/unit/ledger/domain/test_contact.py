"""Whose a device is: typing a serial gives a company neither its test nor its guarantee (rules F1, F2 and F4)."""

from collections.abc import Iterable

import pytest

from contracts.actors import Account, Actor
from contracts.commands import Command
from contracts.events.devices import DeviceAdded
from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.events.warranty import WarrantyExtended
from contracts.identifiers import default_project_of
from ledger.domain.contact import MAX_UNPROVEN_DEVICES
from ledger.domain.state import Ledger
from tests.support.ledger import story_warranty
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    SERIAL,
    Story,
    a_project,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    redeem,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, delivered, delivered_to, models, register
from tests.support.ledger.story_claims import a_stocked_project_in_contact, claim, code
from tests.support.ledger.story_company_imports import offer_company, take_over
from tests.support.ledger.story_device_moves import accept, offer, release
from tests.support.ledger.story_replacements import SPARE, replace
from tests.support.ledger.story_test_licenses import ask, release_test

BORAS = default_project_of(BORA)


def serial(number: int) -> str:
    return f"009033{number:06x}"


def typed(numbers: Iterable[int], into: str = HOTEL, by: Account = anna) -> list[tuple[Actor, Command]]:
    return [(by, add(serial(number), into)) for number in numbers]


def a_full_company() -> Story:
    """It has typed as many serials as it may."""
    return a_project().given(*typed(range(MAX_UNPROVEN_DEVICES)))


def deliver_to(company: str | None, *serials: str) -> list[tuple[Actor, Command]]:
    devices = [delivered_to(company, one) for one in serials]
    return [(staff, models(MODEL)), (staff, register(*devices))]


def unproven(ledger: Ledger) -> dict[str, int]:
    return {company: count for company, count in ledger.cold.unproven.items() if count}


def test_of_5000_serials_that_a_company_never_had_it_adds_1000() -> None:
    story = a_full_company()
    for number in range(MAX_UNPROVEN_DEVICES, 5_000, 500):
        story.when(anna, add(serial(number))).refused("too_many_unproven_devices", limit=1000)
    assert unproven(story.ledger) == {ADRIA: MAX_UNPROVEN_DEVICES}


def test_another_company_adds_its_own_meanwhile() -> None:
    a_full_company().given(*typed([MAX_UNPROVEN_DEVICES], BORAS, ben))


def test_a_device_that_leaves_makes_room() -> None:
    a_full_company().given((anna, release(serial(7))), *typed([MAX_UNPROVEN_DEVICES]))


def test_a_device_that_comes_by_itself_takes_no_room() -> None:
    a_full_company().given((anna, code()), (box, claim()))


def test_a_device_that_fetched_a_file_with_licenses_takes_none_any_more() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=1)))
    assert unproven(story.ledger) == {ADRIA: 1}
    assert unproven(story.given((box, deliver(1, 2))).ledger) == {}


def test_what_the_vendor_delivered_to_the_company_takes_no_room() -> None:
    told = a_full_company().given(*deliver_to(ADRIA, serial(7), serial(1_000_000)))
    told.given(*typed([1_000_000, 1_000_001]))
    told.when(anna, add(serial(1_000_002))).refused("too_many_unproven_devices", limit=1000)


def test_an_offered_serial_counts_where_it_goes() -> None:
    full = a_full_company().given(*typed([2_000_000], BORAS, ben), (ben, offer(ADRIA, serial(2_000_000))))
    full.when(anna, accept(HOTEL, serial(2_000_000))).refused("too_many_unproven_devices", limit=1000)
    full.given((anna, release(serial(7))), (anna, accept(HOTEL, serial(2_000_000))))
    assert unproven(full.ledger) == {ADRIA: MAX_UNPROVEN_DEVICES}


def test_the_serials_of_a_company_that_was_taken_over_count_for_the_other_one() -> None:
    story = a_project().given(*typed(range(3)), *typed([3, 4], BORAS, ben))
    story.given((ben, offer_company(ADRIA, BORA)), (anna, take_over(BORA)))
    assert unproven(story.ledger) == {ADRIA: 5}


def test_what_was_delivered_to_a_company_that_was_taken_over_is_the_other_one_s() -> None:
    story = a_project().given(*deliver_to(BORA, SERIAL), (ben, offer_company(ADRIA, BORA)), (anna, take_over(BORA)))
    assert isinstance(story.given((anna, add())).when(anna, ask()).accepted(), TestLicensesIssued)


def test_a_replacement_is_the_company_s_as_staff_gave_it() -> None:
    story = a_stocked_project().given(*deliver_to(ADRIA, SERIAL), (staff, register(delivered(SPARE))))
    story.given((staff, replace()))
    assert unproven(story.ledger) == {}


def test_nobody_burns_the_one_test_of_a_serial_that_they_typed() -> None:
    a_stocked_project().when(anna, ask()).refused("contact_needed")


@pytest.mark.parametrize("company", [None, BORA])
def test_a_delivery_to_nobody_or_to_another_company_gives_no_test(company: str | None) -> None:
    a_stocked_project().given(*deliver_to(company, SERIAL)).when(anna, ask()).refused("contact_needed")


def test_a_delivery_to_the_company_or_contact_gives_it() -> None:
    for story in (a_stocked_project().given(*deliver_to(ADRIA, SERIAL)), a_stocked_project_in_contact()):
        assert isinstance(story.when(anna, ask()).accepted(), TestLicensesIssued)


def test_a_file_without_licenses_that_some_box_fetched_is_no_contact() -> None:
    story = a_stocked_project().given((box, deliver(1, 1)))
    story.when(anna, ask()).refused("contact_needed")


def test_a_refused_extension_says_nothing_of_the_guarantee_of_a_typed_serial() -> None:
    story = a_project().given(*deliver_to(None, SERIAL), (staff, story_warranty.KEY))
    story.given((anna, redeem()), (anna, add()))
    story.now = story_warranty.on("2028-01-01")
    story.when(anna, story_warranty.extend()).refused("contact_needed")


def a_test_that_another_company_used_up() -> Story:
    """Ben got the box delivered, used its test, and let it go; now it is Anna's."""
    story = a_project().given(*deliver_to(BORA, SERIAL), (ben, add(SERIAL, BORAS)), (ben, ask()))
    story.given((ben, release()), (anna, code()), (box, claim()))
    return story.when(anna, ask(3)).refused("test_already_issued", version=11, ends_on="2027-02-23")


def test_staff_releases_a_burned_test_on_record_and_the_owner_orders_its_own() -> None:
    story = a_test_that_another_company_used_up()
    event = story.when(staff, release_test()).accepted()
    assert isinstance(event, TestReleased)
    assert (event.company, event.device.issue, event.device.test) == (ADRIA, 4, None)
    assert isinstance(story.when(anna, ask(3)).accepted(), TestLicensesIssued)


def test_nobody_else_releases_a_test_and_there_is_one_to_release() -> None:
    a_test_that_another_company_used_up().when(anna, release_test()).refused("no_right")
    a_stocked_project().when(staff, release_test()).refused("test_unknown")
    a_project().when(staff, release_test()).refused("device_unknown")


def test_the_owner_s_box_is_extended() -> None:
    event = story_warranty.a_delivered_device().when(anna, story_warranty.extend()).accepted()
    assert isinstance(event, WarrantyExtended)


def test_staff_delivers_to_a_company_that_there_is() -> None:
    told = a_project().given((staff, models(MODEL)))
    told.when(staff, register(delivered_to(DEFAULT))).refused("company_unknown")


def test_a_serial_that_was_typed_is_added_as_before() -> None:
    assert isinstance(a_project().when(anna, add()).accepted(), DeviceAdded)
