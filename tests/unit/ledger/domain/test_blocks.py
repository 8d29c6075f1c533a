import pytest

from contracts.actors import Actor
from contracts.commands import Command
from contracts.events.blocks import DeviceBlocked, DeviceUnblocked
from contracts.identifiers import derived_id
from tests.support.ledger import story_claims, story_device_moves, story_members
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    OTHER_KEY,
    OTHER_SERIAL,
    REASON,
    REFERENCE,
    SERIAL,
    VENDOR,
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
    operator,
    other_box,
    project,
    redeem,
    staff,
)
from tests.support.ledger.story_blocks import (
    block_company,
    block_device,
    block_key,
    unblock_company,
    unblock_device,
    unblock_key,
)
from tests.support.ledger.story_claims import a_stocked_project_in_contact
from tests.support.ledger.story_test_licenses import ask


def test_a_blocked_key_can_not_be_redeemed_until_it_is_unblocked() -> None:
    story = a_project().given((staff, issue(Port11=5)), (staff, block_key()))
    story.when(anna, redeem()).refused("key_blocked")
    story.given((staff, unblock_key()), (anna, redeem()))
    assert story.free() == {"Port11": 5}


def test_a_key_that_is_used_up_can_not_be_blocked() -> None:
    a_stocked_project().when(staff, block_key()).refused("key_already_redeemed", project=HOTEL, sequence=6)


def test_what_is_unknown_can_not_be_blocked() -> None:
    a_project().when(staff, block_key(OTHER_KEY)).refused("key_unknown")
    a_project().when(staff, block_device(OTHER_SERIAL)).refused("device_unknown")
    a_project().when(staff, block_company(derived_id("x", "company"))).refused("company_unknown")


def test_nothing_is_allocated_to_a_blocked_device() -> None:
    story = a_stocked_project().given((staff, block_device()))
    story.when(anna, allocate(Port11=1)).refused("device_blocked")
    story.given((staff, unblock_device()), (anna, allocate(Port11=1)))


def test_a_blocked_device_gets_no_test_and_keeps_the_one_that_it_had() -> None:
    story = a_stocked_project_in_contact().given((staff, block_device()))
    story.when(anna, ask()).refused("device_blocked")
    story.given((staff, unblock_device()), (anna, ask()), (staff, block_device()))
    story.when(anna, ask()).done_before(11)


def test_a_blocked_device_gets_no_file_whoever_asks() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=1)), (staff, block_device()))
    story.when(box, deliver(1, 3)).refused("device_blocked")
    story.when(anna, deliver(1, 3)).refused("device_blocked")
    story.given((staff, unblock_device()), (box, deliver(1, 3)))


def test_a_block_is_a_new_issue_so_that_the_files_before_it_count_no_more() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=2)), (box, deliver(1, 2)))
    event = story.when(staff, block_device()).accepted()
    assert isinstance(event, DeviceBlocked)
    assert (event.device.issue, event.device.licenses[0].count) == (3, 2)
    assert (event.reason, event.reference, event.company) == (REASON, REFERENCE, ADRIA)
    story.given((staff, unblock_device())).when(box, deliver(1, 2)).refused(
        "license_file_superseded", generation=1, issue=3
    )


def test_unblocking_changes_nothing_on_the_device() -> None:
    story = a_stocked_project().given((staff, block_device()))
    before = story.ledger.devices[SERIAL]
    assert isinstance(story.when(staff, unblock_device()).accepted(), DeviceUnblocked)
    assert story.ledger.devices[SERIAL] == before


def test_a_blocked_device_may_give_back() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=2)), (staff, block_device()), (box, give_back()))
    assert story.free()["Port11"] == 50


@pytest.mark.parametrize(
    ("who", "command"),
    [
        (anna, project("Another", identity=derived_id("another", "project"))),
        (anna, redeem(OTHER_KEY)),
        (anna, add(OTHER_SERIAL)),
        (anna, allocate(Port11=1)),
        (anna, give_back()),
        (anna, deliver(1, 1)),
        (box, deliver(1, 1)),
    ],
    ids=lambda part: getattr(part, "name", None),
)
def test_a_blocked_company_can_do_nothing_but_look(who: Actor, command: Command) -> None:
    story = a_stocked_project().given((staff, issue(OTHER_KEY, Port11=1)), (staff, block_company()))
    story.when(who, command).refused("company_blocked")


def test_a_company_goes_on_once_it_is_unblocked() -> None:
    story = a_stocked_project().given((staff, block_company()), (staff, unblock_company()))
    story.given((anna, allocate(Port11=1)))


def test_other_companies_are_not_touched_and_learn_nothing_of_it() -> None:
    story = a_stocked_project().given((staff, block_company()))
    story.when(ben, allocate(Port11=1)).refused("project_unknown")
    story.given((ben, project("Hotel Bora", BORA, derived_id("bora", "project"))))


def test_a_device_of_a_blocked_company_may_give_back_since_that_only_loses_rights() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=2)), (staff, block_company()), (box, give_back()))
    assert story.free()["Port11"] == 50


def test_the_vendor_can_not_lock_itself_out() -> None:
    a_project().when(staff, block_company(VENDOR)).refused("vendor_not_blockable")


@pytest.mark.parametrize("who", [anna, ben, box, operator], ids=str)
@pytest.mark.parametrize(
    "command",
    [block_key(), unblock_key(), block_device(), unblock_device(), block_company(), unblock_company()],
    ids=lambda command: command.name,
)
def test_only_staff_blocks_and_unblocks(who: Actor, command: Command) -> None:
    a_stocked_project().when(who, command).refused("no_right")


@pytest.mark.parametrize(
    ("block", "unblock"),
    [
        (block_key(OTHER_KEY), unblock_key(OTHER_KEY)),
        (block_device(), unblock_device()),
        (block_company(), unblock_company()),
    ],
    ids=["key", "device", "company"],
)
def test_a_block_holds_once_and_is_lifted_once(block: Command, unblock: Command) -> None:
    story = a_stocked_project().given((staff, issue(OTHER_KEY, Port11=1)))
    story.when(staff, unblock).refused("not_blocked")
    story.given((staff, block)).when(staff, block).refused("already_blocked")
    story.given((staff, unblock)).when(staff, unblock).refused("not_blocked")
    story.given((staff, block))


def test_a_blocked_project_owner_can_not_be_served_by_a_redemption_into_its_default_project() -> None:
    story = a_stocked_project().given((staff, issue(OTHER_KEY, Port11=1)), (staff, block_company()))
    story.when(anna, redeem(OTHER_KEY, DEFAULT)).refused("company_blocked")


def test_a_guest_can_do_nothing_in_a_project_of_a_blocked_company() -> None:
    story = a_stocked_project().given(
        (ben, story_members.member(story_members.GUS, BORA)),
        (anna, story_members.grant(story_members.GUS, BORA, "licenses", "return")),
        (staff, block_company()),
    )
    story.when(story_members.gus, allocate(Port11=1)).refused("company_blocked")
    story.when(story_members.gus, give_back()).refused("company_blocked")


def test_a_box_does_not_claim_itself_into_a_blocked_company() -> None:
    story = a_stocked_project().given((anna, story_claims.code()), (staff, block_company()))
    story.when(other_box, story_claims.claim(OTHER_SERIAL)).refused("company_blocked")


def test_a_device_that_a_blocked_company_had_offered_stays_there_until_staff_moves_it() -> None:
    story = a_stocked_project().given((anna, story_device_moves.offer()), (staff, block_company()))
    story.when(ben, story_device_moves.accept()).refused("company_blocked", company=ADRIA)
    story.given((staff, story_device_moves.staff_moves()))


def test_an_offer_of_a_blocked_company_can_be_accepted_once_it_is_unblocked() -> None:
    story = a_stocked_project().given((anna, story_device_moves.offer()), (staff, block_company()))
    story.given((staff, unblock_company()), (ben, story_device_moves.accept()))


def test_who_was_offered_nothing_does_not_learn_that_a_company_is_blocked() -> None:
    story = a_stocked_project().given((staff, block_company()))
    story.when(ben, story_device_moves.accept()).refused("offer_unknown")


def test_a_box_does_not_claim_itself_out_of_a_blocked_company() -> None:
    story = a_stocked_project().given((staff, block_company()), (ben, story_claims.code(story_device_moves.BORAS)))
    story.when(box, story_claims.claim()).refused("company_blocked")
    story.given((staff, unblock_company()), (box, story_claims.claim()))


def test_a_block_goes_with_the_device_wherever_it_goes() -> None:
    story = a_stocked_project().given((staff, block_device()), (anna, story_device_moves.release()), (anna, add()))
    story.when(anna, allocate(Port11=1)).refused("device_blocked")


def test_a_block_of_a_released_device_is_lifted_with_where_it_was_last() -> None:
    story = a_stocked_project().given((staff, block_device()), (anna, story_device_moves.release()))
    event = story.when(staff, unblock_device()).accepted()
    assert isinstance(event, DeviceUnblocked)
    assert (event.company, event.project) == (ADRIA, HOTEL)
    story.when(staff, unblock_device()).refused("not_blocked")
    story.given((ben, add(into=story_device_moves.BORAS)), (box, deliver(1, 3)))


def test_a_device_in_no_project_is_not_blocked() -> None:
    story = a_stocked_project().given((anna, story_device_moves.release()))
    story.when(staff, block_device()).refused("device_unknown")
    story.when(staff, unblock_device()).refused("not_blocked")
