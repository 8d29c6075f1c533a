"""Laws of invitations and of companies that go over into others, over random histories."""

from collections import Counter

from contracts.actors import Account, Actor
from contracts.commands import Command
from contracts.events import Event
from contracts.events.company_imports import CompanyImported
from contracts.events.invitations import InvitationAccepted
from contracts.log.postings import postings
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.rights import rights_in
from ledger.domain.state import Ledger
from tests.support.laws import Drawn
from tests.support.ledger.histories_company_imports import joining_histories
from tests.support.ledger.story import NOON
from tests.support.ledger.story_company_imports import an_accidental_company, of_company

History = list[tuple[Actor, Command]]

histories = Drawn(joining_histories)


def _told(history: History) -> list[tuple[Actor, Event, Ledger, Ledger]]:
    """What came of a history: who did what, and the ledger before and after it."""
    ledger, told = an_accidental_company().ledger, list[tuple[Actor, Event, Ledger, Ledger]]()
    for actor, command in history:
        event = decide(ledger, command, actor, now=NOON)
        if not isinstance(event, Rejection | AlreadyDone):
            after = evolve(ledger, event, at=NOON, by=str(actor))
            told.append((actor, event, ledger, after))
            ledger = after
    return told


@histories.law
def test_r1_an_import_moves_all_licenses_of_one_company_to_the_other_and_nothing_else(history: History) -> None:
    for _, event, before, after in _told(history):
        if isinstance(event, CompanyImported):
            theirs, ours = of_company(before, event.former_company), of_company(before, event.company)
            assert of_company(after, event.company) == Counter(ours) + Counter(theirs)
            assert not of_company(after, event.former_company)
            assert not postings(event)


@histories.law
def test_nobody_acts_for_a_closed_company_and_nothing_is_its_own(history: History) -> None:
    for actor, _, before, after in _told(history):
        assert not (isinstance(actor, Account) and actor.company in before.cold.imported)
        closed = set(after.cold.imported)
        assert not closed & {project.company for project in after.projects.values()}
        assert not closed & {device.company for device in after.devices.values()}
        assert not closed & {company for _, company in after.grants}
        assert not closed & {*after.offers.values(), *after.cold.company_offers.values(), *after.cold.company_offers}
        assert not any(after.companies[one].administrators | after.companies[one].members for one in closed)


@histories.law
def test_whoever_joins_has_no_right_that_was_not_granted_before(history: History) -> None:
    for actor, event, before, after in _told(history):
        match event:
            case CompanyImported(members=joined, company=company):
                accounts = tuple(joined)
            case InvitationAccepted(account=account, company=company):
                accounts = (account,)
            case _:
                continue
        for one_more in accounts:
            person = Account(account=one_more, company=company)
            assert all(rights_in(after, person, one) == rights_in(before, person, one) for one in after.projects), actor


@histories.law
def test_names_stay_unique_and_found(history: History) -> None:
    for _, event, _, after in _told(history):
        if isinstance(event, CompanyImported):
            open_ones = {one for one, project in after.projects.items() if not project.archived}
            assert set(after.project_names.values()) == open_ones
            assert all(after.projects[one].company == company for (company, _), one in after.project_names.items())


@histories.law
def test_each_companys_projects_are_listed(history: History) -> None:
    for _, _, _, after in _told(history):
        listed = {(one, company) for company, projects in after.cold.company_projects.items() for one in projects}
        assert listed == {(one, project.company) for one, project in after.projects.items()}
