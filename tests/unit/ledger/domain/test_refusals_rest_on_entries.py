"""A refusal names the entries that it rests on, where the ledger knows them and the asker may."""

from datetime import timedelta

from contracts.identifiers import default_project_of
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    DIGEST,
    NOON,
    OTHER_KEY,
    SERIAL,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    give_back,
    issue,
    redeem,
    register,
    staff,
)
from tests.support.ledger.story_blocks import block_company, block_device, block_key, unblock_device
from tests.support.ledger.story_claims import a_stocked_project_in_contact, claim, code, withdraw_code
from tests.support.ledger.story_company_imports import CASA, an_offered_company, cleo, take_over
from tests.support.ledger.story_invitations import invite, join, uninvite
from tests.support.ledger.story_legacy import bring_in, listed, old_key
from tests.support.ledger.story_members import grant, member, mia
from tests.support.ledger.story_projects import deallocate
from tests.support.ledger.story_replacements import SPARE, replace
from tests.support.ledger.story_returns import returned
from tests.support.ledger.story_test_licenses import ask

OLD_KEY = "c5" * 32


def last(story: Story) -> int:
    return story.ledger.sequence


def test_licenses_that_were_delivered_rest_on_the_last_delivery() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)), (anna, allocate(Port11=1)))
    story.given((box, deliver(1, 3)))
    delivered = last(story)
    story.given((anna, allocate(Port11=2)))
    story.when(anna, deallocate(Port11=3)).refused(
        "already_delivered", license_type="Port11", undelivered=2
    ).resting_on(delivered)


def test_on_a_replacement_they_rest_on_the_delivery_to_the_broken_device() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)))
    delivered = last(story)
    story.given((staff, replace()))
    story.when(anna, deallocate(SPARE, Port11=1)).refused(
        "already_delivered", license_type="Port11", undelivered=0
    ).resting_on(delivered)


def test_what_is_blocked_rests_on_its_block() -> None:
    story = a_stocked_project().given((staff, issue(OTHER_KEY, Port11=1)), (staff, block_key(OTHER_KEY)))
    story.when(anna, redeem(OTHER_KEY)).refused("key_blocked").resting_on(last(story))
    story.given((staff, block_device()))
    device = last(story)
    story.when(anna, allocate(Port11=1)).refused("device_blocked").resting_on(device)
    story.when(staff, block_device()).refused("already_blocked").resting_on(device)
    story.given((staff, block_company()))
    story.when(anna, allocate(Port11=1)).refused("company_blocked").resting_on(last(story))
    story.when(box, deliver(1, 1)).refused("device_blocked").resting_on(device)
    story.when(staff, replace()).refused("device_blocked", serial=SERIAL).resting_on(device)
    story.given((staff, unblock_device()))
    story.when(staff, unblock_device()).refused("not_blocked").resting_on()


def test_what_is_in_a_blocked_company_rests_on_its_block() -> None:
    story = a_stocked_project().given((anna, grant(ben.account, BORA, "licenses")), (staff, block_company()))
    story.when(ben, add("009033010299")).refused("company_blocked").resting_on(last(story))


def test_a_company_that_was_imported_rests_on_its_import() -> None:
    story = an_offered_company().given((anna, take_over()))
    imported = last(story)
    story.when(cleo, invite(CASA)).refused("company_closed").resting_on(imported)
    story.when(staff, block_company(CASA)).refused("company_closed").resting_on(imported)


def test_a_used_key_rests_on_its_redemption_for_those_who_may_see_where() -> None:
    story = a_stocked_project()
    story.when(anna, redeem(into=DEFAULT)).resting_on(6)
    story.when(staff, block_key()).resting_on(6)
    story.when(ben, redeem(into=default_project_of(BORA))).refused("key_already_redeemed").resting_on()


def test_an_old_key_rests_on_its_import_for_those_who_may_see_where() -> None:
    story = a_stocked_project().given(
        (staff, listed(OLD_KEY, {"BRIs": 1})),
        (anna, member()),
        (anna, grant(mia.account, ADRIA, "licenses", project=DEFAULT)),
        (anna, old_key(OLD_KEY)),
    )
    imported = last(story)
    story.when(anna, old_key(OLD_KEY)).resting_on(imported)
    story.when(staff, bring_in({"BRIs": 1}, key=OLD_KEY)).resting_on(imported)
    story.when(mia, old_key(OLD_KEY, DEFAULT)).refused("key_already_imported").resting_on()


def test_a_second_test_rests_on_the_first() -> None:
    story = a_stocked_project_in_contact().given((anna, ask()))
    issued = last(story)
    story.when(anna, ask(11)).resting_on(issued)
    story.now = NOON + timedelta(days=100)
    story.when(anna, ask()).resting_on(issued)


def test_a_generation_rests_on_the_return_that_spent_it() -> None:
    story = a_stocked_project().given((box, give_back()))
    first = last(story)
    story.given((box, give_back(2, "d2" * 32)))
    story.when(box, give_back(1, "d3" * 32)).refused("generation_spent", generation=3).resting_on(first)
    story.when(box, give_back(1, DIGEST)).done_before(first)


def test_the_limit_of_returns_rests_on_the_returns_that_count() -> None:
    story = returned(5)
    story.when(box, give_back(6, "d6" * 32)).resting_on(*range(last(story) - 4, last(story) + 1))


def test_a_replaced_device_rests_on_its_swap() -> None:
    story = a_stocked_project().given((anna, add("009033010205")), (staff, replace()))
    swap = last(story)
    story.when(box, give_back()).refused("device_replaced").resting_on(swap)
    story.when(anna, allocate(Port11=1)).refused("device_replaced", replacement=SPARE).resting_on(swap)
    story.when(staff, replace("009033010205", "0090330102f1")).refused(
        "licenses_already_transferred", serial=SERIAL, replacement=SPARE
    ).resting_on(swap)
    story.when(ben, add(into=default_project_of(BORA))).refused("device_replaced").resting_on()


def test_a_code_rests_on_its_use_for_those_who_made_it() -> None:
    story = a_stocked_project().given((anna, code()), (box.model_copy(update={"serial": SPARE}), claim(SPARE)))
    story.when(anna, withdraw_code()).refused("claim_code_used").resting_on(last(story))
    story.when(box, claim()).refused("claim_code_used").resting_on()


def test_an_invitation_rests_on_its_use_for_those_who_made_it() -> None:
    story = a_stocked_project().given((anna, invite()), (mia, join()))
    story.when(anna, uninvite()).refused("invitation_used").resting_on(last(story))
    story.when(ben, join()).refused("invitation_used").resting_on()


def test_a_balance_rests_on_too_many_entries_to_name() -> None:
    story = a_stocked_project()
    story.when(anna, allocate(Port11=51)).refused(
        "insufficient_balance", license_type="Port11", wanted=51, free=50
    ).resting_on()
    story.when(staff, register()).refused("company_exists").resting_on()
