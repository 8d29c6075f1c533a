from datetime import timedelta

from contracts.events.claims import ClaimCodeCreated, DeviceClaimed
from contracts.log.subjects import concerns
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    HOTEL,
    NOON,
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
    give_back,
    issue,
    other_box,
    redeem,
    staff,
)
from tests.support.ledger.story_blocks import block_device
from tests.support.ledger.story_claims import claim, code, withdraw_code
from tests.support.ledger.story_device_moves import BORAS, move, offer, release
from tests.support.ledger.story_legacy import bring_in
from tests.support.ledger.story_members import MIA, a_guest_with, a_member_with, dismiss, grant, gus, mia, revoke
from tests.support.ledger.story_projects import archive


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


def test_a_claim_is_done_already_while_the_box_is_in_the_company_that_it_came_to() -> None:
    story = a_project().given((anna, code()), (box, claim()))
    claimed = story.ledger.sequence
    story.given((anna, move()))
    story.when(box, claim()).done_before(claimed)
    story.given((anna, release()))
    story.when(box, claim()).refused("claim_code_used")
    story.given((ben, add(into=BORAS)))
    story.when(box, claim()).refused("claim_code_used")


def test_only_the_box_itself_claims() -> None:
    story = a_project().given((anna, code()))
    story.when(other_box, claim(SERIAL)).refused("no_right")
    story.when(anna, claim()).refused("no_right")


def a_serial_that_ben_typed() -> Story:
    """Ben has added the serial of Anna's box, which he does not have; Anna has a claim code."""
    return a_stocked_ben(a_project()).given((ben, add(into=BORAS)), (anna, code()))


def a_stocked_ben(story: Story) -> Story:
    return story.given((staff, issue("a9" * 32, Port11=5, Channel=2)), (ben, redeem("a9" * 32, BORAS)))


def test_a_box_claims_itself_out_of_a_project_where_it_is_a_serial_and_no_more() -> None:
    story = a_serial_that_ben_typed().given((ben, offer(ADRIA)))
    event = story.when(box, claim()).accepted()
    assert isinstance(event, DeviceClaimed)
    assert (event.former_company, event.former_project, event.device.project) == (BORA, BORAS, HOTEL)
    assert (event.device.issue, event.device.generation) == (2, 1)
    assert {"projects/" + BORAS, "companies/" + BORA} <= concerns(event)
    assert (story.ledger.projects[BORAS].devices, story.ledger.projects[HOTEL].devices) == (0, 1)
    assert not story.ledger.offers
    story.when(ben, release()).refused("device_unknown")
    story.when(box, claim()).done_before(story.ledger.sequence)


def test_a_file_that_was_downloaded_by_hand_is_no_contact_of_the_box() -> None:
    by_hand = deliver(1, 1).model_copy(update={"path": "manual"})
    a_serial_that_ben_typed().given((ben, by_hand), (box, claim()))


def test_a_file_without_a_license_is_no_contact_of_the_box() -> None:
    a_serial_that_ben_typed().given((box, deliver(1, 1)), (box, claim()))


def test_a_box_that_fetched_licenses_is_not_claimed_out_of_its_project_even_when_they_are_gone() -> None:
    story = a_serial_that_ben_typed().given((ben, allocate(source=BORAS, Port11=1)), (box, deliver(1, 2)))
    story.given((box, give_back()))
    story.when(box, claim()).refused("device_known_elsewhere")


def test_a_box_that_claimed_itself_in_is_not_claimed_out_again() -> None:
    story = a_project().given((ben, code(BORAS, "ee" * 32)), (box, claim(digest="ee" * 32)), (anna, code()))
    story.when(box, claim()).refused("device_known_elsewhere")


def test_a_box_with_any_license_is_not_claimed_out_of_its_project() -> None:
    pbx = a_serial_that_ben_typed().given((ben, allocate(source=BORAS, Port11=1)))
    pbx.when(box, claim()).refused("device_known_elsewhere")
    gateway = a_serial_that_ben_typed().given((ben, allocate(source=BORAS, Channel=1)))
    gateway.when(box, claim()).refused("device_known_elsewhere")
    old = a_serial_that_ben_typed().given((staff, bring_in({"BRIs": 1}, on=SERIAL, into=BORAS)))
    old.when(box, claim()).refused("device_known_elsewhere")


def test_a_blocked_box_is_not_claimed_out_of_its_project() -> None:
    story = a_serial_that_ben_typed().given((staff, block_device()))
    story.when(box, claim()).refused("device_known_elsewhere")


def test_a_box_is_not_claimed_into_the_project_that_it_is_in() -> None:
    story = a_project().given((anna, add()), (anna, code()))
    story.when(box, claim()).refused("device_in_project")


def test_contact_with_a_former_project_does_not_count_after_a_release() -> None:
    story = a_stocked_project().given((box, deliver(1, 1)), (anna, release()), (ben, add(into=BORAS)), (anna, code()))
    story.given((box, claim()))


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


def test_a_code_works_no_longer_than_its_maker_may_add_devices() -> None:
    revoked = a_member_with("licenses").given((mia, code()), (anna, revoke(MIA, ADRIA, "licenses")))
    revoked.when(other_box, claim(other_box.serial)).refused("claim_code_expired")
    revoked.given((anna, grant(MIA, ADRIA, "licenses")), (other_box, claim(other_box.serial)))
    dismissed = a_member_with("licenses").given((mia, code()), (anna, dismiss()))
    dismissed.when(other_box, claim(other_box.serial)).refused("claim_code_expired")


def test_a_code_is_made_once() -> None:
    a_project().given((anna, code())).when(anna, code()).refused("claim_code_exists")
