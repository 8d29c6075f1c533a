from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import DeviceAdded
from contracts.identifiers import derived_id
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    OTHER_SERIAL,
    SERIAL,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    give_back,
    staff,
)
from tests.support.ledger.story_company_imports import cleo
from tests.support.ledger.story_device_moves import BORAS, accept, move, offer, release, staff_moves, withdraw
from tests.support.ledger.story_members import GUS, a_guest_with, a_member_with, grant, gus, mia

# Within a company a device moves with all that is assigned (rule F1).


def test_a_device_moves_within_its_company_with_all_that_is_on_it() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20, Channel=4)))
    event = story.when(anna, move()).accepted()
    assert isinstance(event, DeviceMoved)
    assert (event.former_project, event.device.project, event.device.issue) == (HOTEL, DEFAULT, 3)
    assert story.on() == {"Port11": 20, "Channel": 4}
    assert story.free(DEFAULT) == {}


def test_a_return_after_a_move_credits_the_project_that_holds_the_device() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (anna, move()), (box, give_back()))
    assert (story.free()["Port11"], story.free(DEFAULT)) == (30, {"Port11": 20})


def test_a_device_does_not_move_to_where_it_is() -> None:
    a_stocked_project().when(anna, move(HOTEL)).refused("device_in_project")


def test_a_device_does_not_move_to_another_company_by_one_sides_will() -> None:
    story = a_guest_with("licenses").given((ben, grant(GUS, BORA, "licenses", project=BORAS)))
    story.when(gus, move(BORAS)).refused("not_same_company")


def test_a_move_needs_licenses_in_both_projects() -> None:
    a_member_with("licenses").when(mia, move()).refused("no_right")


def test_a_device_does_not_move_itself() -> None:
    a_stocked_project().when(box, move()).refused("device_unknown")
    a_stocked_project().when(box, release()).refused("device_unknown")


def test_a_device_that_nobody_has_does_not_move() -> None:
    a_stocked_project().when(anna, move(serial=OTHER_SERIAL)).refused("device_unknown")


# A device is let go only without PBX licenses.


def test_a_released_device_is_unknown_until_somebody_adds_it() -> None:
    story = a_stocked_project().given((anna, release()))
    story.when(anna, allocate(Port11=1)).refused("device_unknown")
    story.when(box, deliver(1, 1)).refused("device_unknown")
    story.when(box, give_back()).refused("device_unknown")
    story.when(anna, release()).refused("device_unknown")
    story.given((ben, add(into=BORAS)))


def test_a_device_with_pbx_licenses_is_not_released() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=1)))
    story.when(anna, release()).refused("device_not_empty")


def test_gateway_licenses_stay_on_a_released_device_and_its_issue_goes_on() -> None:
    story = a_stocked_project().given((anna, allocate(Channel=4)), (anna, release()))
    event = story.when(ben, add(into=BORAS)).accepted()
    assert isinstance(event, DeviceAdded)
    assert (event.company, event.device.issue, story.on()) == (BORA, 3, {"Channel": 4})


def test_a_spent_generation_stays_spent_after_a_release() -> None:
    story = a_stocked_project().given((box, give_back()), (anna, release()), (ben, add(into=BORAS)))
    story.when(box, give_back(digest="d9" * 32)).refused("generation_spent", generation=2)


def test_a_guest_does_not_let_a_device_leave_the_company() -> None:
    story = a_guest_with("licenses")
    story.when(gus, release()).refused("no_right").when(gus, offer()).refused("no_right")


def test_a_member_with_licenses_does() -> None:
    a_member_with("licenses").given((mia, release()))


# Across companies by consent of both sides: offered, and accepted.


def test_a_device_moves_to_the_company_that_accepts_it() -> None:
    story = a_stocked_project().given((anna, allocate(Channel=4)), (anna, offer()))
    event = story.when(ben, accept()).accepted()
    assert isinstance(event, DeviceMoved)
    assert (event.former_company, event.company, event.device.project) == (ADRIA, BORA, BORAS)
    assert story.on() == {"Channel": 4}
    story.when(anna, allocate(Port11=1)).refused("device_unknown")


def test_nothing_is_accepted_that_was_not_offered() -> None:
    a_stocked_project().when(ben, accept()).refused("offer_unknown")
    a_stocked_project().when(ben, accept(serial=OTHER_SERIAL)).refused("offer_unknown")


def test_an_offer_is_for_one_company() -> None:
    story = a_stocked_project().given((anna, offer()))
    story.when(anna, accept(DEFAULT)).refused("offer_unknown")
    story.when(anna, offer()).refused("device_offered", company=BORA)


def test_a_device_with_pbx_licenses_is_not_offered() -> None:
    a_stocked_project().given((anna, allocate(Port11=1))).when(anna, offer()).refused("device_not_empty")


def test_pbx_licenses_that_came_after_the_offer_hold_the_device_back() -> None:
    story = a_stocked_project().given((anna, offer()), (anna, allocate(Port11=1)))
    story.when(ben, accept()).refused("device_not_empty")


def test_a_device_is_offered_to_another_company_that_exists() -> None:
    story = a_stocked_project()
    story.when(anna, offer(ADRIA)).refused("device_in_company")
    story.when(anna, offer(derived_id("c", "company"))).refused("company_unknown")


def test_the_owner_withdraws_an_offer_and_makes_another_one() -> None:
    story = a_stocked_project().given((anna, offer()), (anna, withdraw()))
    story.when(ben, accept()).refused("offer_unknown")
    story.given((anna, offer()))


def test_the_other_company_declines_an_offer() -> None:
    story = a_stocked_project().given((anna, offer()), (ben, withdraw()))
    story.when(ben, accept()).refused("offer_unknown")


def test_a_third_company_does_not_learn_of_an_offer() -> None:
    story = a_stocked_project().given((anna, offer()))
    story.when(cleo, withdraw()).refused("offer_unknown")
    story.when(cleo, withdraw(OTHER_SERIAL)).refused("offer_unknown")
    story.when(staff, withdraw()).refused("no_right")


def test_an_offer_stays_when_the_device_moves_within_its_company() -> None:
    a_stocked_project().given((anna, offer()), (anna, move()), (ben, accept()))


def test_an_offer_ends_when_the_device_is_released() -> None:
    story = a_stocked_project().given((anna, offer()), (anna, release()), (anna, add()))
    story.when(ben, accept()).refused("offer_unknown")


def test_a_guest_of_the_other_company_does_not_consent_for_it() -> None:
    story = a_stocked_project().given((anna, offer()), (ben, grant(anna.account, ADRIA, "licenses", project=BORAS)))
    story.when(anna, accept()).refused("offer_unknown")


# Staff moves anything anywhere, with a reason and a reference (rule X5).


def test_staff_moves_a_device_across_companies_with_all_that_is_on_it() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (anna, move()))
    event = story.when(staff, staff_moves()).accepted()
    assert isinstance(event, DeviceMoved)
    assert (event.reason, event.reference) == ("The hotel was sold.", "CASE-1174")
    assert (event.company, story.on()) == (BORA, {"Port11": 20})


def test_only_staff_moves_without_consent() -> None:
    a_stocked_project().when(anna, staff_moves()).refused("no_right")


def test_staff_moves_what_is_there_to_where_there_is_a_project() -> None:
    story = a_stocked_project()
    story.when(staff, staff_moves(serial=OTHER_SERIAL)).refused("device_unknown")
    story.when(staff, staff_moves(derived_id("none", "project"))).refused("project_unknown")
    story.when(staff, staff_moves(HOTEL)).refused("device_in_project")


def test_a_staff_move_ends_an_offer() -> None:
    story = a_stocked_project().given((anna, offer()), (staff, staff_moves()))
    assert SERIAL not in story.ledger.offers
