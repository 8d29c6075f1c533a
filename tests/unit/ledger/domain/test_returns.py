from contracts.events.returns import LicensesReturned
from contracts.licenses import Lot
from tests.support.ledger.story import (
    OTHER_SERIAL,
    SERIAL,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    give_back,
    other_box,
    staff,
)
from tests.support.ledger.story_device_moves import BORAS, accept, offer, release
from tests.support.ledger.story_replacements import SPARE, replace

OTHER_DIGEST = "d2" * 32


def an_equipped_device() -> Story:
    """20 ports and 4 channels on the device, 30 ports and 2 voicemails free."""
    return a_stocked_project().given((anna, allocate(Port11=20, Channel=4)))


def test_pbx_licenses_go_back_to_the_balance() -> None:
    story = an_equipped_device().given((box, give_back()))
    assert story.free() == {"Port11": 50, "Voicemail11": 2}


def test_gateway_licenses_stay_on_the_device_when_it_is_invalidated() -> None:
    story = an_equipped_device().given((box, give_back()))
    assert story.on() == {"Channel": 4}


def test_a_return_starts_the_next_generation_with_what_stays() -> None:
    event = an_equipped_device().when(box, give_back()).accepted()
    assert isinstance(event, LicensesReturned)
    assert event.spent_generation == 1
    assert event.device.generation == 2
    assert event.device.licenses == (Lot(license_type="Channel", license_class="gateway", count=4),)
    assert event.lots == (Lot(license_type="Port11", license_class="pbx", count=20),)


def test_the_ledger_credits_what_it_knows_and_notes_that_the_document_said_otherwise() -> None:
    event = an_equipped_device().when(box, give_back(Port11=2000)).accepted()
    assert isinstance(event, LicensesReturned)
    assert event.lots[0].count == 20
    assert event.counts_differ


def test_a_document_that_agrees_with_the_ledger_is_not_remarked_on() -> None:
    event = an_equipped_device().when(box, give_back(Channel=4, Port11=20)).accepted()
    assert isinstance(event, LicensesReturned)
    assert not event.counts_differ


def test_the_same_document_again_is_the_same_return() -> None:
    an_equipped_device().given((box, give_back())).when(anna, give_back()).done_before(9)


def test_the_same_document_is_the_same_return_also_after_the_device_was_released() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, give_back()), (anna, release()))
    story.when(anna, give_back()).done_before(9)
    story.when(box, give_back()).done_before(9)
    story.when(ben, give_back()).refused("device_unknown")
    story.when(box, give_back(digest=OTHER_DIGEST)).refused("device_unknown")


def test_who_was_credited_gets_the_receipt_again_wherever_the_device_is() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, give_back()))
    story.given((anna, release()), (ben, add(into=BORAS)))
    story.when(anna, give_back()).done_before(9)
    story.when(anna, give_back(digest=OTHER_DIGEST)).refused("device_unknown")
    story.when(ben, give_back()).refused("generation_spent", generation=2)


def test_a_new_owner_does_not_get_the_receipt_of_what_the_former_one_was_credited() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, give_back()))
    story.given((anna, offer()), (ben, accept()))
    story.when(ben, give_back()).refused("generation_spent", generation=2)
    story.when(box, give_back()).done_before(9)


def test_a_new_owner_does_not_get_it_of_a_device_that_was_replaced_there_either() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, give_back()))
    story.given((anna, offer()), (ben, accept()), (staff, replace()))
    story.when(ben, give_back()).refused("device_replaced", replacement=SPARE)
    story.when(box, give_back()).done_before(9)


def test_a_second_document_of_a_spent_generation_is_refused() -> None:
    story = an_equipped_device().given((box, give_back()))
    story.when(box, give_back(digest=OTHER_DIGEST)).refused("generation_spent", generation=2)


def test_a_generation_that_never_was_is_unknown() -> None:
    an_equipped_device().when(box, give_back(generation=2)).refused("generation_unknown", generation=1)


def test_licenses_allocated_after_the_document_was_made_are_credited_too() -> None:
    story = an_equipped_device().given((anna, allocate(Port11=5)), (box, give_back(Port11=20, Channel=4)))
    assert story.free()["Port11"] == 50


def test_a_device_without_pbx_licenses_gives_back_nothing_and_that_is_a_return() -> None:
    event = a_stocked_project().when(box, give_back()).accepted()
    assert isinstance(event, LicensesReturned)
    assert event.lots == ()


def test_a_device_cannot_give_back_for_another() -> None:
    an_equipped_device().when(other_box, give_back()).refused("device_unknown")


def test_a_document_in_the_hands_of_another_company_credits_nothing() -> None:
    an_equipped_device().when(ben, give_back()).refused("device_unknown")


def test_staff_does_not_return_for_a_customer() -> None:
    an_equipped_device().when(staff, give_back()).refused("no_right")


def test_an_unknown_device_is_unknown() -> None:
    an_equipped_device().when(other_box, give_back(serial=OTHER_SERIAL)).refused("device_unknown")


def test_each_generation_is_spent_by_its_own_document() -> None:
    story = an_equipped_device().given((box, give_back()), (anna, allocate(Port11=7)))
    story.given((box, give_back(generation=2, digest=OTHER_DIGEST)))
    assert story.free()["Port11"] == 50
    assert story.ledger.devices[SERIAL].generation == 3
    story.when(box, give_back()).done_before(9)
    story.when(box, give_back(generation=2, digest=OTHER_DIGEST)).done_before(11)


def test_a_device_added_later_has_its_own_generations() -> None:
    story = an_equipped_device().given((box, give_back()), (anna, add(OTHER_SERIAL)))
    assert story.ledger.devices[OTHER_SERIAL].generation == 1
