"""Setting entries aside: staff only, two persons, and only what is there (rule X10)."""

import pytest

from contracts.actors import Account
from contracts.commands.set_aside import ProposeSettingAside
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.stop import UnlawfulEntryError
from ledger.domain.lawful import require_lawful
from tests.support.ledger import story, story_corrections, story_set_aside
from tests.support.ledger.story import Story
from tests.support.ledger.story_corrections import second
from tests.support.ledger.story_set_aside import HASH, approve, propose


def two_clerks() -> Story:
    return story_corrections.with_a_second_clerk(story.a_project())


def test_what_one_clerk_proposes_another_one_approves() -> None:
    told = two_clerks().given((story.staff, propose((2, HASH), (3, HASH))))
    decision = told.when(second, approve()).accepted()
    assert isinstance(decision, EntriesSetAside)
    assert [entry.sequence for entry in decision.entries] == [2, 3]
    assert (decision.proposed_by, decision.approved_by) == (story.STAFF, story_corrections.SECOND)


def test_nobody_approves_what_they_proposed() -> None:
    two_clerks().given((story.staff, propose())).when(story.staff, approve()).refused("second_person_needed")


def test_a_decision_is_proposed_once_and_approved_once() -> None:
    told = two_clerks().given((story.staff, propose()))
    told.when(second, propose()).refused("decision_exists")
    told.given((second, approve())).when(second, approve()).refused("decision_unknown")


@pytest.mark.parametrize("command", [propose((99, HASH)), propose((3, HASH), (2, HASH)), propose((2, HASH), (2, HASH))])
def test_entries_are_named_in_order_and_are_there(command: ProposeSettingAside) -> None:
    two_clerks().when(story.staff, command).refused("entry_unknown")


@pytest.mark.parametrize("actor", [story.anna, Account(account=story.STAFF, company=story.ADRIA)])
def test_only_the_vendors_staff_decides(actor: Account) -> None:
    told = two_clerks().given((story.staff, propose()))
    told.when(actor, propose(decision=story.HOTEL)).refused("no_right")
    told.when(actor, approve()).refused("no_right")


@pytest.mark.parametrize(
    "changes",
    [
        {"approved_by": story.STAFF},
        {"approved_by": story.ANNA},
        {"law": "another_law"},
        {"decision": story.HOTEL},
        {"proposed_by": story_corrections.SECOND},
    ],
)
def test_a_forged_decision_that_is_not_of_two_clerks_is_unlawful(changes: dict[str, str]) -> None:
    told = two_clerks().given((story.staff, propose()))
    before, decision = told.ledger, told.when(second, approve()).accepted()
    require_lawful(before, decision)
    with pytest.raises(UnlawfulEntryError):
        require_lawful(before, decision.model_copy(update=changes))


def test_a_forged_proposal_that_is_not_of_a_clerk_is_unlawful() -> None:
    told = two_clerks()
    before, proposal = told.ledger, told.when(story.staff, story_set_aside.propose()).accepted()
    assert isinstance(proposal, SettingAsideProposed)
    require_lawful(before, proposal)
    with pytest.raises(UnlawfulEntryError):
        require_lawful(before, proposal.model_copy(update={"proposed_by": story.ANNA}))
