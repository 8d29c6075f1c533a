"""Two persons correct a wrong registration of a device (rule X5), and its warranty counts anew (rule D7)."""

from datetime import date

import pytest

from contracts.actors import Actor
from contracts.catalog import DeviceModel
from contracts.events.corrections import CorrectionRejected, DeliveryCorrected, DeliveryCorrectionProposed
from contracts.log.postings import postings
from contracts.log.subjects import COMPANY, concerns, named
from ledger.domain.state import Delivered
from tests.support.ledger.story import (
    ADRIA,
    OTHER_SERIAL,
    REASON,
    REFERENCE,
    SERIAL,
    STAFF,
    VENDOR,
    Story,
    anna,
    box,
    operator,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, delivered, models, register
from tests.support.ledger.story_corrections import (
    SECOND,
    approve,
    propose_delivery,
    reject,
    second,
    with_a_second_clerk,
)
from tests.support.ledger.story_replacements import SPARE, replace
from tests.support.ledger.story_warranty import a_delivered_device, extend

BIGGER = DeviceModel(model="IP6010", family="IP6", warranty_months=24)


def registered(*, extensions: tuple[str, ...] = ()) -> Story:
    """Delivered on 2026-05-20 with 12 months, and extended."""
    story = with_a_second_clerk(a_delivered_device()).given((staff, models(BIGGER)))
    return story.given(*((anna, extend(one)) for one in extensions))


def corrected(story: Story, on: str = "2026-06-01", model: str = "IP811") -> DeliveryCorrected:
    story.given((staff, propose_delivery(on, model)))
    event = story.when(second, approve()).accepted()
    assert isinstance(event, DeliveryCorrected)
    return event


def test_a_proposal_changes_nothing_and_says_who_and_why() -> None:
    story = registered()
    event = story.when(staff, propose_delivery()).accepted()
    assert isinstance(event, DeliveryCorrectionProposed)
    assert (event.reason, event.reference, event.proposed_by) == (REASON, REFERENCE, STAFF)
    assert story.ledger.delivered[SERIAL] == Delivered("IP811", date(2026, 5, 20), 12, 12)


def test_the_warranty_counts_anew_from_the_right_day() -> None:
    story = registered()
    event = corrected(story)
    assert (event.months, event.ends_on) == (12, date(2027, 5, 31))
    assert (event.proposed_by, event.approved_by) == (STAFF, SECOND)
    assert story.ledger.delivered[SERIAL] == Delivered("IP811", date(2026, 6, 1), 12, 12)


def test_extensions_stay_and_end_later_or_earlier_with_the_day() -> None:
    assert corrected(registered(extensions=("WE-12",))).ends_on == date(2028, 5, 31)
    assert corrected(registered(extensions=("WE-12", "WE-12")), "2025-12-31").ends_on == date(2028, 12, 30)


def test_months_are_clamped_as_those_of_any_period() -> None:
    assert corrected(registered(extensions=("WE-12",)), "2024-02-29").ends_on == date(2026, 2, 28)


def test_a_device_that_expired_by_mistake_can_be_extended_again() -> None:
    story = registered()
    corrected(story, "1997-01-01")
    story.when(anna, extend()).refused("warranty_expired", ends_on="1997-12-31")
    story.given((staff, propose_delivery("2026-06-01", correction=SECOND)), (second, approve(SECOND)))
    story.when(anna, extend()).accepted()
    assert story.ledger.delivered[SERIAL] == Delivered("IP811", date(2026, 6, 1), 24, 12)


def test_another_model_brings_its_own_base() -> None:
    story = registered(extensions=("WE-12",))
    event = corrected(story, "2026-05-20", "IP6010")
    assert (event.base_months, event.months, event.ends_on) == (24, 36, date(2029, 5, 19))


def test_the_base_of_the_same_model_stays_what_the_device_came_with() -> None:
    story = registered().given((staff, models(DeviceModel(model="IP811", family="IP8x1", warranty_months=36))))
    assert corrected(story).base_months == 12


def test_all_months_together_are_sixty_at_most_also_with_another_model() -> None:
    story = registered(extensions=("WE-48",))
    story.when(staff, propose_delivery(model="IP6010")).refused("warranty_max_exceeded", limit=60)


def test_no_device_changes_so_no_license_file_is_made_and_the_vendor_alone_reads_it() -> None:
    story = registered()
    event = corrected(story)
    assert story.ledger.devices[SERIAL].issue == 1
    assert postings(event) == ()
    assert named(concerns(event), COMPANY) == [VENDOR]


def test_what_is_not_registered_so_is_not_corrected() -> None:
    story = registered()
    story.when(staff, propose_delivery(serial=OTHER_SERIAL)).refused("device_unregistered")
    story.when(staff, propose_delivery("2026-05-20")).refused("delivery_unchanged")
    story.when(staff, propose_delivery(model="IP999")).refused("model_unknown", model="IP999")
    story.when(staff, propose_delivery("2026-11-25")).refused("delivered_in_future", serial=SERIAL)
    story.when(staff, propose_delivery("1996-12-31")).refused(
        "delivered_too_early", serial=SERIAL, earliest="1997-01-01"
    )


def test_a_broken_device_has_given_its_warranty_away_and_its_replacement_s_is_corrected() -> None:
    story = registered().given((staff, register(delivered(SPARE, on=date(2026, 6, 1)))))
    story.given((staff, propose_delivery("2026-04-01")), (staff, replace()))
    story.when(second, approve()).refused("device_replaced", replacement=SPARE)
    story.when(staff, propose_delivery(correction=SECOND)).refused("device_replaced", replacement=SPARE)
    story.given((staff, propose_delivery("2026-04-01", serial=SPARE, correction=SECOND)), (second, approve(SECOND)))
    assert story.ledger.delivered[SPARE] == Delivered("IP811", date(2026, 4, 1), 12, 12, ADRIA)


def test_two_persons_are_needed() -> None:
    story = registered().given((staff, propose_delivery()))
    story.when(staff, approve()).refused("second_person_needed")
    story.when(staff, propose_delivery("2026-06-02")).refused("correction_exists")


def test_what_another_correction_has_done_meanwhile_is_not_done_again() -> None:
    story = registered().given((staff, propose_delivery(correction=SECOND)))
    corrected(story)
    story.when(second, approve(SECOND)).refused("delivery_unchanged")
    story.given((second, reject(SECOND)))


def test_a_proposal_is_closed_by_anybody_of_the_staff_and_changes_nothing() -> None:
    story = registered().given((staff, propose_delivery()))
    event = story.when(staff, reject()).accepted()
    assert isinstance(event, CorrectionRejected)
    assert event.company == VENDOR
    story.when(second, approve()).refused("correction_closed")
    assert story.ledger.delivered[SERIAL].delivered_on == date(2026, 5, 20)


@pytest.mark.parametrize("who", [anna, box, operator], ids=str)
def test_only_staff_corrects_a_delivery(who: Actor) -> None:
    registered().when(who, propose_delivery()).refused("no_right")


def test_a_device_in_no_project_is_corrected_too() -> None:
    story = registered().given((staff, register(delivered(OTHER_SERIAL))))
    story.given((staff, propose_delivery(serial=OTHER_SERIAL)), (second, approve()))
    assert story.ledger.delivered[OTHER_SERIAL] == Delivered(MODEL.model, date(2026, 6, 1), 12, 12)
