from datetime import timedelta

from contracts.events import ClaimCodeCreated, DeviceClaimed
from tests.unit.ledger.story import (
    HOTEL,
    NOON,
    SERIAL,
    a_project,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    other_box,
)
from tests.unit.ledger.story_people import (
    BORAS,
    a_guest_with,
    a_member_with,
    archive,
    claim,
    code,
    gus,
    mia,
    release,
    withdraw_code,
)


def test_a_box_in_no_project_claims_itself_into_the_codes_project() -> None:
    event = a_project().given((anna, code())).when(box, claim()).accepted()
    assert isinstance(event, DeviceClaimed)
    assert (event.device.project, event.device.issue, event.device.licenses) == (HOTEL, 1, ())


def test_a_claimed_device_is_like_any_other() -> None:
    story = a_stocked_project().given((anna, release()), (anna, code()), (box, claim()), (anna, allocate(Port11=5)))
    assert story.on() == {"Port11": 5}


def test_a_code_works_once() -> None:
    story = a_project().given((anna, code()), (box, claim()))
    story.when(other_box, claim(other_box.serial)).refused("claim_code_used")


def test_the_same_box_with_the_same_code_again_is_done_already() -> None:
    story = a_project().given((anna, code()), (box, claim()))
    story.when(box, claim()).done_before(story.ledger.sequence)


def test_only_the_box_itself_claims() -> None:
    story = a_project().given((anna, code()))
    story.when(other_box, claim(SERIAL)).refused("no_right")
    story.when(anna, claim()).refused("no_right")


def test_a_box_in_a_project_is_not_claimed_out_of_it() -> None:
    story = a_project().given((ben, add(into=BORAS)), (anna, code()))
    story.when(box, claim()).refused("device_known_elsewhere")


def test_a_code_that_nobody_made_is_unknown() -> None:
    a_project().when(box, claim()).refused("claim_code_unknown")


def test_a_code_works_for_30_days() -> None:
    story = a_project()
    event = story.when(anna, code()).accepted()
    assert isinstance(event, ClaimCodeCreated)
    assert event.expires == NOON + timedelta(days=30)
    story.now = NOON + timedelta(days=30)
    story.when(box, claim()).refused("claim_code_expired")
    story.now -= timedelta(microseconds=1)
    story.given((box, claim()))


def test_a_withdrawn_code_is_useless() -> None:
    story = a_project().given((anna, code()), (anna, withdraw_code()))
    story.when(box, claim()).refused("claim_code_used")
    story.when(anna, withdraw_code()).refused("claim_code_used")


def test_a_code_is_withdrawn_in_its_own_project() -> None:
    a_project().given((anna, code())).when(ben, withdraw_code(BORAS)).refused("claim_code_unknown")


def test_a_code_of_an_archived_project_is_useless() -> None:
    a_project().given((anna, code()), (anna, archive())).when(box, claim()).refused("claim_code_expired")


def test_a_code_is_made_by_who_may_add_devices() -> None:
    a_member_with("licenses").given((mia, code()))
    a_guest_with("licenses").given((gus, code()))
    a_member_with("return").when(mia, code()).refused("no_right")
    a_project().when(ben, code()).refused("project_unknown")


def test_a_code_is_made_once() -> None:
    a_project().given((anna, code())).when(anna, code()).refused("claim_code_exists")
