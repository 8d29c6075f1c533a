from dataclasses import replace

import pytest

from contracts.actors import Account
from contracts.commands import Command
from contracts.events.members import RightsGranted, RightsRevoked
from contracts.fields import Right
from contracts.identifiers import derived_id
from ledger.domain import members
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    BEN,
    BORA,
    DEFAULT,
    HOTEL,
    add,
    allocate,
    anna,
    ben,
    give_back,
    issue,
    project,
    redeem,
    staff,
)
from tests.support.ledger.story_claims import code
from tests.support.ledger.story_device_moves import move, offer, release
from tests.support.ledger.story_legacy import consent
from tests.support.ledger.story_members import (
    GUS,
    MIA,
    NOBODY,
    a_guest_with,
    a_member_with,
    a_project_with_people,
    a_stocked_project_with_people,
    dismiss,
    grant,
    gus,
    member,
    mia,
    revoke,
)
from tests.support.ledger.story_projects import archive, deallocate, rename, transfer
from tests.support.ledger.story_test_licenses import ask

# Rule X1: rights are of an account in a project; the company's administrator has all of them, other members none.


def test_a_member_has_no_right_as_such_and_learns_it_plainly() -> None:
    a_stocked_project_with_people().when(mia, allocate(Port11=1)).refused("no_right")


def test_a_second_administrator_has_every_right() -> None:
    a_stocked_project_with_people().given((anna, member(administrator=True)), (mia, allocate(Port11=1)))


def test_a_member_with_licenses_allocates_and_redeems() -> None:
    a_member_with("licenses").given(
        (mia, allocate(Port11=1)), (staff, issue("b7" * 32, Port11=1)), (mia, redeem("b7" * 32))
    )


def test_view_is_implied_by_each_other_right() -> None:
    event = a_stocked_project_with_people().when(anna, grant(MIA, ADRIA, "return")).accepted()
    assert isinstance(event, RightsGranted)
    assert event.rights == ("view", "return")


def test_a_right_does_not_stand_for_another_one() -> None:
    a_member_with("return").when(mia, allocate(Port11=1)).refused("no_right")
    a_member_with("licenses").when(mia, give_back()).refused("no_right")


def test_a_member_with_return_hands_a_return_document_in() -> None:
    a_member_with("return").given((mia, give_back()))


def test_projects_are_opened_and_renamed_by_administrators_only() -> None:
    spa = project("Spa", identity=derived_id("spa", "project"))
    a_member_with("licenses", "rights").when(mia, spa).refused("no_right").when(mia, rename("Spa")).refused("no_right")


def test_rights_that_are_there_already_are_not_granted_again() -> None:
    a_member_with("licenses").when(anna, grant(MIA, ADRIA, "view", "licenses")).refused("nothing_to_change")


# Rule X2: a guest of another company sees that project, not the company, its other projects, balances or members.


def test_a_guest_with_licenses_works_in_that_project_only() -> None:
    story = a_guest_with("licenses").given((gus, allocate(Port11=1)))
    story.when(gus, allocate(source=DEFAULT, Port11=1)).refused("project_unknown")


def test_a_guest_does_not_learn_which_other_project_a_device_is_in() -> None:
    a_guest_with("licenses").given((anna, move())).when(gus, allocate(Port11=1)).refused("device_unknown")


def test_a_guest_does_not_learn_which_other_project_took_a_key() -> None:
    story = a_guest_with("licenses").given((staff, issue("b7" * 32, Port11=1)), (anna, redeem("b7" * 32, DEFAULT)))
    story.when(gus, redeem("b7" * 32)).refused("key_already_redeemed")


def test_a_guest_does_not_learn_that_a_device_is_in_another_project_of_the_company() -> None:
    a_guest_with("licenses").given((anna, move())).when(gus, add()).refused("device_known_elsewhere")


def test_a_guest_is_no_member_of_the_company() -> None:
    a_guest_with("licenses", "rights").when(gus, member(NOBODY)).refused("company_unknown")


def test_a_guest_acts_for_the_company_that_the_rights_were_given_for() -> None:
    elsewhere = Account(account=GUS, company=derived_id("c", "company"))
    a_guest_with("licenses").when(elsewhere, allocate(Port11=1)).refused("project_unknown")


def test_the_guests_company_has_no_rights_by_that() -> None:
    a_guest_with("licenses").when(ben, allocate(Port11=1)).refused("project_unknown")


# Rule X3: `rights` can grant only what the granter has; the last administrator stays.


def test_who_has_rights_gives_on_what_they_have() -> None:
    a_member_with("licenses", "rights").given((mia, grant(GUS, BORA, "licenses")), (gus, allocate(Port11=1)))


def test_nobody_gives_what_they_have_not() -> None:
    a_member_with("licenses", "rights").when(mia, grant(GUS, BORA, "return")).refused("right_not_held", right="return")


def test_nobody_takes_what_they_have_not() -> None:
    story = a_member_with("rights").given((anna, grant(GUS, BORA, "licenses")))
    story.when(mia, revoke(GUS, BORA, "licenses")).refused("right_not_held", right="licenses")


def test_without_rights_nothing_is_granted() -> None:
    a_member_with("licenses").when(mia, grant(GUS, BORA, "view")).refused("no_right")


def test_a_guest_with_rights_gives_on_in_that_project() -> None:
    a_guest_with("licenses", "rights").given((gus, grant(BEN, BORA, "licenses")), (ben, allocate(Port11=1)))


def test_rights_are_given_to_members_of_the_named_company_only() -> None:
    a_stocked_project_with_people().when(anna, grant(NOBODY, BORA, "view")).refused("member_unknown")
    a_stocked_project_with_people().when(anna, grant(GUS, ADRIA, "view")).refused("member_unknown")


def test_the_last_administrator_stays() -> None:
    story = a_project_with_people()
    story.when(anna, dismiss(ANNA)).refused("last_admin")
    story.when(anna, member(ANNA)).refused("last_admin")


def test_an_administrator_goes_when_there_is_another_one() -> None:
    story = a_project_with_people().given((anna, member(administrator=True)), (mia, dismiss(ANNA)))
    story.when(anna, rename("Spa")).refused("project_unknown")
    story.when(mia, dismiss(MIA)).refused("last_admin")


def test_an_administrator_becomes_a_plain_member_when_there_is_another_one() -> None:
    story = a_project_with_people().given((anna, member(administrator=True)), (mia, member(ANNA)))
    story.when(anna, rename("Spa")).refused("no_right")


# Rule X4: a move between projects needs `licenses` on both.


@pytest.mark.parametrize("where", [HOTEL, DEFAULT])
def test_licenses_move_only_for_who_has_the_right_in_both_projects(where: str) -> None:
    story = a_stocked_project_with_people().given((anna, grant(MIA, ADRIA, "licenses", project=where)))
    story.when(mia, transfer(Port11=1)).refused("no_right")
    other = DEFAULT if where == HOTEL else HOTEL
    story.given((anna, grant(MIA, ADRIA, "licenses", project=other)), (mia, transfer(Port11=1)))


# Rule X7: unknown and forbidden look the same outside one's companies and grants; inside, a no is said plainly.


def test_a_stranger_does_not_learn_that_the_project_exists() -> None:
    unknown = derived_id("unknown", "project")
    story = a_project_with_people()
    story.when(gus, grant(GUS, BORA, "view")).refused("project_unknown")
    story.when(gus, grant(GUS, BORA, "view", project=unknown)).refused("project_unknown")


def test_a_guest_who_sees_the_project_hears_no_right() -> None:
    a_guest_with("view").when(gus, allocate(Port11=1)).refused("no_right")


def test_a_stranger_does_not_learn_that_the_company_exists() -> None:
    a_project_with_people().when(gus, member(NOBODY)).refused("company_unknown")


def test_a_plain_member_hears_no_right() -> None:
    a_project_with_people().when(mia, member(NOBODY)).refused("no_right")


# Rule X8: a right that was revoked, or whose holder was removed, works no longer from the next command on.


def test_a_revoked_right_works_no_longer() -> None:
    story = a_member_with("licenses").given((anna, revoke(MIA, ADRIA, "licenses")))
    story.when(mia, allocate(Port11=1)).refused("no_right")


def test_revoking_view_takes_all_other_rights_along() -> None:
    event = a_member_with("licenses", "return").when(anna, revoke(MIA, ADRIA, "view")).accepted()
    assert isinstance(event, RightsRevoked)
    assert (event.revoked, event.rights) == (("view", "licenses", "return"), ())


def test_revoking_one_right_leaves_the_others() -> None:
    event = a_member_with("licenses", "return").when(anna, revoke(MIA, ADRIA, "return")).accepted()
    assert isinstance(event, RightsRevoked)
    assert event.rights == ("view", "licenses")


def test_what_was_not_granted_is_not_revoked() -> None:
    a_member_with("licenses").when(anna, revoke(MIA, ADRIA, "return")).refused("nothing_to_change")


def test_a_removed_member_loses_all_rights_and_gets_none_back_by_returning() -> None:
    story = a_member_with("licenses").given((anna, dismiss()))
    story.when(mia, allocate(Port11=1)).refused("project_unknown")
    story.given((anna, member())).when(mia, allocate(Port11=1)).refused("no_right")


def test_a_guest_loses_all_rights_when_their_own_company_removes_them() -> None:
    story = a_guest_with("licenses").given((ben, dismiss(GUS, BORA)))
    story.when(gus, allocate(Port11=1)).refused("project_unknown")


def test_a_member_is_added_once_and_removed_once() -> None:
    story = a_project_with_people().when(anna, member()).refused("member_exists")
    story.given((anna, dismiss())).when(anna, dismiss()).refused("member_unknown")


# The vendor's staff sees everything: its answer is that it may not, never that there is no such thing (rules X5, X7).


@pytest.mark.parametrize(
    "command",
    [
        allocate(Port11=1),
        redeem(),
        add("009033010299"),
        rename("Spa"),
        archive(),
        transfer(Port11=1),
        deallocate(Port11=1),
        grant(MIA, ADRIA, "view"),
        code(),
        move(),
        offer(),
        release(),
        give_back(),
        ask(),
        consent(),
        member(NOBODY),
        dismiss(),
        project("Spa", identity=derived_id("spa", "project")),
    ],
    ids=lambda command: command.name,
)
def test_staff_is_told_that_it_may_not_where_it_sees(command: Command) -> None:
    a_stocked_project_with_people().when(staff, command).refused("no_right")


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (allocate(source=derived_id("none", "project"), Port11=1), "project_unknown"),
        (release("009033010299"), "device_unknown"),
        (member(NOBODY, derived_id("none", "company")), "company_unknown"),
    ],
)
def test_what_is_nowhere_is_unknown_to_staff_too(command: Command, refusal: str) -> None:
    a_stocked_project_with_people().when(staff, command).refused(refusal)


# Bounds.


def test_a_company_has_a_bounded_number_of_members() -> None:
    story = a_project_with_people()
    company = story.ledger.companies[ADRIA]
    crowd = frozenset(derived_id(str(n), "account") for n in range(members.MAX_MEMBERS - 1))
    crowded = story.ledger.companies.set(ADRIA, replace(company, members=crowd))
    story.ledger = story.ledger._replace(companies=crowded)
    story.when(anna, member(NOBODY)).refused("too_many_members", limit=members.MAX_MEMBERS)


def test_an_account_has_rights_in_a_bounded_number_of_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_GRANTS", 1)
    a_member_with("view").when(anna, grant(MIA, ADRIA, "view", project=DEFAULT)).refused("too_many_grants", limit=1)


@pytest.mark.parametrize("right", ["view", "licenses", "return", "test", "service", "rma", "rights"])
def test_every_right_can_be_granted(right: Right) -> None:
    a_stocked_project_with_people().given((anna, grant(GUS, BORA, right)))
