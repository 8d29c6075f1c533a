"""Rule D6 where licenses come in otherwise than by a key: by conversion, on a device, or by a correction."""

from contracts.events.device_moves import DeviceMoved
from contracts.events.projects import LicensesMoved
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    PLACE,
    SERIAL,
    Story,
    add,
    allocate,
    anna,
    ben,
    issue,
    redeem,
    staff,
)
from tests.support.ledger.story_corrections import approve, propose, second, with_a_second_clerk
from tests.support.ledger.story_device_moves import move, staff_moves
from tests.support.ledger.story_legacy import bring_in, convert_as_seen
from tests.support.ledger.story_projects import archive, transfer
from tests.support.ledger.story_software_service import MORE, bought, covered_since, holding


def with_old_licenses(story: Story) -> Story:
    return story.given((staff, bring_in({"Registrations": 12, "PRIs": 1})))


def test_d6_converted_old_licenses_are_paid_to_the_same_end() -> None:
    story = with_old_licenses(covered_since("2026-03-01", today="2026-10-10"))
    story.given((anna, convert_as_seen(story)))
    assert story.free() == {"Port11": 10, "Port8": 12, "PRI": 1, "SSC": 485}


def test_d6_converted_old_licenses_wait_as_held_without_enough_credits() -> None:
    story = with_old_licenses(covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=14))
    story.given((anna, convert_as_seen(story)))
    assert story.free() == {"Port11": 10, "PRI": 1, "SSC": 4}
    assert dict(story.ledger.held[HOTEL]) == {"Port8": 12}


def a_device_elsewhere(*, credits_left: int) -> Story:
    """12 ports and 2 channels on a device of another project; five months of service left here."""
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=10 + credits_left)
    story.given(
        (staff, issue(MORE, Port11=12, Channel=2)), (anna, redeem(MORE, into=DEFAULT)), (anna, add(into=DEFAULT))
    )
    return story.given((anna, allocate(SERIAL, DEFAULT, Port11=12, Channel=2)))


def test_d6_what_stands_on_a_device_that_moves_in_is_paid() -> None:
    story = a_device_elsewhere(credits_left=6)
    event = story.when(anna, move(HOTEL)).accepted()
    assert isinstance(event, DeviceMoved)
    assert event.coverage is not None
    assert (event.coverage.months, event.coverage.units) == (5, 12)
    assert (story.free(), story.on()) == ({"Port11": 10, "SSC": 1}, {"Port11": 12, "Channel": 2})


def test_d6_a_device_does_not_move_in_unpaid_as_it_cannot_be_held() -> None:
    story = a_device_elsewhere(credits_left=4)
    story.when(anna, move(HOTEL)).refused("ssc_insufficient", wanted=5, free=4)
    story.when(staff, staff_moves(HOTEL)).refused("ssc_insufficient", wanted=5, free=4)


def test_d6_staff_moves_a_device_in_when_the_project_pays() -> None:
    story = a_device_elsewhere(credits_left=5).given((staff, staff_moves(HOTEL)))
    assert story.free() == {"Port11": 10}


def test_d6_a_device_without_pbx_licenses_moves_in_for_nothing() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=10).given((anna, add(into=DEFAULT)))
    story.given((anna, move(HOTEL)))
    assert story.ledger.devices[SERIAL].project == HOTEL


def test_d6_a_correction_charges_nothing_and_counts_at_the_next_purchase() -> None:
    story = with_a_second_clerk(covered_since("2026-03-01", today="2026-10-10"))
    story.given((staff, propose("issuance", PLACE, Port11=12)), (second, approve()))
    assert story.free() == {"Port11": 22, "SSC": 490}
    assert bought(story, 1).units == 22


def test_d6_held_licenses_are_free_in_a_project_without_service() -> None:
    story = holding()
    event = story.when(anna, transfer(held=True, Port11=5)).accepted()
    assert isinstance(event, LicensesMoved)
    assert (dict(story.ledger.held[HOTEL]), story.free(DEFAULT)) == ({"Port11": 7}, {"Port11": 5})
    assert story.free() == {"Port11": 10, "SSC": 4}


def test_d6_held_licenses_are_paid_or_wait_again_in_a_project_with_service() -> None:
    story = holding().given((anna, transfer(held=True, Port11=12)))
    assert HOTEL not in story.ledger.held
    story.given((anna, transfer(DEFAULT, HOTEL, Port11=12)))
    assert dict(story.ledger.held[HOTEL]) == {"Port11": 12}
    story.given((anna, transfer(SSC=4)), (anna, transfer(held=True, Port11=12)), (anna, transfer(Port11=10)))
    story.given((anna, archive()))


def test_d6_no_more_held_licenses_move_than_wait() -> None:
    story = holding()
    story.when(anna, transfer(held=True, Port11=13)).refused(
        "insufficient_balance", license_type="Port11", wanted=13, free=12
    )
    story.when(anna, transfer(held=True, SSC=1)).refused("insufficient_balance", license_type="SSC", wanted=1, free=0)
    story.when(ben, transfer(held=True, Port11=1)).refused("project_unknown")


def test_d6_a_project_that_holds_nothing_moves_nothing_of_it() -> None:
    story = covered_since("2026-03-01", today="2026-10-10")
    story.when(anna, transfer(held=True, Port11=1)).refused(
        "insufficient_balance", license_type="Port11", wanted=1, free=0
    )
