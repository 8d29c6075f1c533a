"""Rule X9, first half: an account joins a company by a one-time invitation."""

from datetime import timedelta

from contracts.events.invitations import InvitationAccepted, InvitationCreated
from tests.support.ledger.story import ADRIA, BORA, NOON, a_project, a_stocked_project, allocate, anna, ben, box, staff
from tests.support.ledger.story_blocks import block_company
from tests.support.ledger.story_invitations import INVITATION, invite, join, newcomer, uninvite
from tests.support.ledger.story_members import a_project_with_people, dismiss, gus, member, mia


def test_who_accepts_an_invitation_is_a_member_without_rights() -> None:
    story = a_stocked_project().given((anna, invite()))
    event = story.when(newcomer, join()).accepted()
    assert event == InvitationAccepted(company=ADRIA, account=newcomer.account, code_digest=INVITATION)
    assert newcomer.account in story.ledger.companies[ADRIA].members
    story.when(newcomer.model_copy(update={"company": ADRIA}), allocate(Port11=1)).refused("no_right")


def test_an_invitation_works_once() -> None:
    story = a_project_with_people().given((anna, invite()), (newcomer, join()))
    story.when(gus, join()).refused("invitation_used")


def test_the_same_account_with_the_same_code_again_is_done_already() -> None:
    story = a_project().given((anna, invite()), (newcomer, join()))
    story.when(newcomer, join()).done_before(story.ledger.sequence)
    story.when(newcomer.model_copy(update={"company": ADRIA}), join()).done_before(story.ledger.sequence)


def test_an_invitation_works_for_14_days() -> None:
    story = a_project()
    event = story.when(anna, invite()).accepted()
    assert isinstance(event, InvitationCreated)
    assert event.expires == NOON + timedelta(days=14)
    story.now = event.expires
    story.when(newcomer, join()).refused("invitation_expired")
    story.now -= timedelta(microseconds=1)
    story.given((newcomer, join()))


def test_a_code_that_nobody_made_is_unknown() -> None:
    a_project().when(newcomer, join()).refused("invitation_unknown")


def test_a_withdrawn_invitation_is_useless() -> None:
    story = a_project().given((anna, invite()), (anna, uninvite()))
    story.when(newcomer, join()).refused("invitation_used")
    story.when(anna, uninvite()).refused("invitation_used")


def test_an_invitation_ends_with_its_maker() -> None:
    """Who is removed must not come back by a code that they had put aside."""
    chief, second = gus.account, gus.model_copy(update={"company": ADRIA})
    story = a_project().given((anna, member(chief, administrator=True)), (second, invite()), (anna, dismiss(chief)))
    story.when(second.model_copy(update={"company": BORA}), join()).refused("invitation_expired")
    story.when(newcomer, join()).refused("invitation_expired")


def test_an_invitation_is_withdrawn_in_its_own_company() -> None:
    story = a_project().given((anna, invite()))
    story.when(ben, uninvite(BORA)).refused("invitation_unknown")
    story.when(ben, uninvite()).refused("company_unknown")


def test_a_company_invites_by_its_administrators_only() -> None:
    story = a_project_with_people()
    story.when(mia, invite()).refused("no_right")
    story.when(ben, invite()).refused("company_unknown")
    story.when(box, invite()).refused("company_unknown")


def test_an_invitation_is_made_once() -> None:
    a_project().given((anna, invite())).when(anna, invite()).refused("invitation_exists")


def test_a_member_does_not_use_an_invitation_up() -> None:
    story = a_project_with_people().given((anna, invite()))
    story.when(mia, join()).refused("member_exists")
    story.when(anna, join()).refused("member_exists")
    story.given((newcomer, join()))


def test_a_device_joins_no_company() -> None:
    a_project().given((anna, invite())).when(box, join()).refused("no_right")


def test_nobody_joins_a_blocked_company() -> None:
    story = a_project().given((anna, invite()), (staff, block_company(ADRIA)))
    story.when(newcomer, join()).refused("company_blocked")
    story.when(anna, invite(digest="d8" * 32)).refused("company_blocked")


def test_a_member_of_another_company_may_join_too() -> None:
    story = a_project_with_people().given((anna, invite()), (gus, join()))
    assert gus.account in story.ledger.companies[ADRIA].members
    assert gus.account in story.ledger.companies[BORA].members
