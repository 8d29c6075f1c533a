from datetime import timedelta

import pytest

from contracts.actors import Actor
from contracts.events.returns import ReturnLimitReleased, SpentCertificateSeen
from tests.support.ledger.story import (
    ADRIA,
    HOTEL,
    NOON,
    anna,
    box,
    give_back,
    operator,
    other_box,
    staff,
)
from tests.support.ledger.story_device_moves import release
from tests.support.ledger.story_returns import digest_of, release_limit, report_spent, returned


def test_a_device_gives_back_five_times_within_30_days_and_not_a_sixth_time() -> None:
    returned(5).when(box, give_back(6, digest_of(6))).refused("return_limit", limit=5, days=30)


def test_returns_of_more_than_30_days_ago_do_not_count() -> None:
    story = returned(5)
    story.now = NOON + timedelta(days=30) - timedelta(seconds=1)
    story.when(box, give_back(6, digest_of(6))).refused("return_limit", limit=5, days=30)
    story.now = NOON + timedelta(days=30)
    story.given((box, give_back(6, digest_of(6))))


def test_returns_further_apart_never_reach_the_limit() -> None:
    assert len(returned(8, days_apart=6).ledger.devices) == 1


def test_staff_releases_a_device_for_another_five() -> None:
    story = returned(5)
    assert isinstance(story.when(staff, release_limit()).accepted(), ReturnLimitReleased)
    for generation in range(6, 11):
        story.given((box, give_back(generation, digest_of(generation))))
    story.when(box, give_back(11, digest_of(11))).refused("return_limit", limit=5, days=30)


def test_there_is_nothing_to_release_below_the_limit() -> None:
    returned(4).when(staff, release_limit()).refused("return_limit_not_reached")


def test_a_repeated_document_gets_its_receipt_also_at_the_limit() -> None:
    returned(5).when(box, give_back(5, digest_of(5))).done_before(12)


@pytest.mark.parametrize("who", [anna, box, operator], ids=str)
def test_only_staff_releases(who: Actor) -> None:
    returned(5).when(who, release_limit()).refused("no_right")


def test_a_certificate_that_was_given_up_and_is_seen_again_is_told() -> None:
    event = returned(1).when(box, report_spent()).accepted()
    assert isinstance(event, SpentCertificateSeen)
    assert (event.generation, event.current_generation) == (1, 2)


def test_it_is_told_once_for_each_device_and_generation() -> None:
    story = returned(2).given((box, report_spent(1))).when(box, report_spent(1)).done_before(10)
    story.given((box, report_spent(2)))


def test_it_is_told_also_when_the_device_was_released_with_where_it_was_last() -> None:
    story = returned(1).given((anna, release()))
    event = story.when(box, report_spent()).accepted()
    assert isinstance(event, SpentCertificateSeen)
    assert (event.company, event.project, event.current_generation) == (ADRIA, HOTEL, 2)
    story.when(box, report_spent()).done_before(story.ledger.sequence)
    story.when(box, report_spent(2)).refused("generation_unknown", generation=2)


def test_a_certificate_that_is_not_spent_is_not_told() -> None:
    returned(1).when(box, report_spent(2)).refused("generation_unknown", generation=2)


@pytest.mark.parametrize("who", [anna, staff, other_box, operator], ids=str)
def test_a_device_is_told_of_in_its_own_name_only(who: Actor) -> None:
    returned(1).when(who, report_spent()).refused("device_unknown")
