"""Test licenses: three months, once for a device, never in a balance (rules F2, C6, T12)."""

from datetime import UTC, date, datetime

import pytest

from contracts.actors import Actor
from contracts.commands.test_licenses import IssueTestLicenses
from contracts.events.returns import LicensesReturned
from contracts.events.test_licenses import TestLicensesIssued
from contracts.licenses import TestLicenses
from tests.support.ledger.story import (
    OTHER_SERIAL,
    SERIAL,
    Story,
    allocate,
    anna,
    ben,
    box,
    give_back,
    other_box,
    staff,
)
from tests.support.ledger.story_claims import a_stocked_project_in_contact, claim, code
from tests.support.ledger.story_device_moves import move, staff_moves
from tests.support.ledger.story_test_licenses import ask


def at(day: str, clock: str = "12:00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def a_device_on(day: str) -> Story:
    story = a_stocked_project_in_contact()
    story.now = at(day)
    return story


def the_test(story: Story) -> TestLicenses:
    event = story.accepted()
    assert isinstance(event, TestLicensesIssued)
    assert event.device.test is not None
    return event.device.test


@pytest.mark.parametrize(
    ("issued", "last"),
    [("2025-11-30", "2026-02-28"), ("2025-11-29", "2026-02-28"), ("2025-11-28", "2026-02-27")],
)
def test_issued_late_in_november_2025_ends_late_in_february(issued: str, last: str) -> None:
    test = the_test(a_device_on(issued).when(anna, ask()))
    assert (test.issued_on, test.expires) == (date.fromisoformat(issued), date.fromisoformat(last))


def test_issued_2025_11_30_asked_again_on_its_last_day_is_the_same_test() -> None:
    story = a_device_on("2025-11-30").given((anna, ask()))
    story.now = at("2026-02-28", "22:59:59")
    story.when(anna, ask()).done_before(story.ledger.sequence)


def test_issued_2025_11_30_asked_again_on_2026_03_01_is_used_up() -> None:
    story = a_device_on("2025-11-30").given((anna, ask()))
    story.now = at("2026-02-28", "23:00:00")
    story.when(anna, ask()).refused("test_used_up", ends_on="2026-02-28")


def test_the_day_is_the_one_in_berlin() -> None:
    story = a_stocked_project_in_contact()
    story.now = at("2025-11-29", "23:00:00")
    assert the_test(story.when(anna, ask())).issued_on == date(2025, 11, 30)


def test_it_has_so_many_of_every_pbx_type_of_the_version() -> None:
    test = the_test(a_device_on("2026-11-24").when(anna, ask(7, version=9)))
    assert {one.license_type: one.count for one in test.licenses} == {
        "Port9": 7, "Voicemail9": 7, "Mobility9": 7, "Operator9": 7,
        "Softphone9": 7, "Standby9": 7, "Reporting9": 7, "Fax9": 7,
    }  # fmt: skip


def test_a_slave_takes_no_count_and_gets_no_ports() -> None:
    story = a_device_on("2026-11-24")
    story.when(anna, ask(5, slave=True)).refused("slave_takes_no_count")
    test = the_test(story.when(anna, ask(None, slave=True)))
    assert "Port11" not in {one.license_type for one in test.licenses}
    assert {one.count for one in test.licenses} == {1}


@pytest.mark.parametrize("count", [None, 0, 251])
def test_a_count_is_between_1_and_250(count: int | None) -> None:
    a_device_on("2026-11-24").when(anna, ask(count)).refused("test_count_range", limit=250)


@pytest.mark.parametrize("count", [1, 250])
def test_1_and_250_are_good_counts(count: int) -> None:
    a_device_on("2026-11-24").when(anna, ask(count)).accepted()


@pytest.mark.parametrize("version", [5, 7, 12])
def test_versions_before_8_and_ones_that_do_not_exist_have_no_test(version: int) -> None:
    a_device_on("2026-11-24").when(anna, ask(version=version)).refused("version_unsupported", version=version)


@pytest.mark.parametrize("other", [ask(11), ask(version=10), ask(None, slave=True)])
def test_a_running_test_is_not_exchanged_for_another(other: IssueTestLicenses) -> None:
    story = a_device_on("2026-11-24").given((anna, ask()))
    story.when(anna, other).refused("test_already_issued", version=11, ends_on="2027-02-23")


def test_it_stands_beside_what_the_device_has_and_in_no_balance() -> None:
    story = a_device_on("2026-11-24").given((anna, allocate(Port11=20)), (anna, ask()))
    assert story.on() == {"Port11": 20}
    assert story.free() == {"Port11": 30, "Voicemail11": 2, "Channel": 4}


def test_an_allocation_leaves_it_alone() -> None:
    story = a_device_on("2026-11-24").given((anna, ask()), (anna, allocate(Port11=20)))
    assert story.ledger.devices[SERIAL].test is not None


def test_c6_and_t12_a_return_ends_it_and_credits_nothing_of_it() -> None:
    story = a_device_on("2026-11-24").given((anna, allocate(Port11=20)), (anna, ask()))
    event = story.when(box, give_back(Port11=20)).accepted()
    assert isinstance(event, LicensesReturned)
    assert event.device.test is None
    assert story.free() == {"Port11": 50, "Voicemail11": 2, "Channel": 4}


def test_after_a_return_there_is_no_second_one() -> None:
    story = a_device_on("2026-11-24").given((anna, ask()), (box, give_back()))
    story.when(anna, ask()).refused("test_used_up", ends_on="2027-02-23")
    story.now = at("2036-11-24")
    story.when(anna, ask(3)).refused("test_used_up", ends_on="2027-02-23")


def test_f2_neither_a_move_nor_another_company_nor_a_new_certificate_gives_a_second_one() -> None:
    story, other = a_stocked_project_in_contact(), ask(3)
    story.now = at("2026-11-24")
    story.given((anna, ask()))
    story.given((anna, move())).when(anna, other).refused("test_already_issued", version=11, ends_on="2027-02-23")
    story.given((staff, staff_moves())).when(ben, other).refused(
        "test_already_issued", version=11, ends_on="2027-02-23"
    )
    story.given((box, give_back())).when(ben, other).refused("test_used_up", ends_on="2027-02-23")


def test_another_device_has_its_own() -> None:
    other = "ee" * 32
    came = (anna, code(digest=other)), (other_box, claim(OTHER_SERIAL, other))
    a_device_on("2026-11-24").given(*came, (anna, ask()), (anna, ask(serial=OTHER_SERIAL)))


@pytest.mark.parametrize(("actor", "code"), [(ben, "device_unknown"), (box, "device_unknown"), (staff, "no_right")])
def test_nobody_else_puts_a_test_on_a_companys_device(actor: Actor, code: str) -> None:
    a_device_on("2026-11-24").when(actor, ask()).refused(code)
