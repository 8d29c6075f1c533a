"""Laws of people, rights and moves that hold after every step of any history."""

from collections import Counter

from contracts.actors import Account, Actor
from contracts.commands import Command
from contracts.events import Event
from contracts.events.device_moves import DeviceMoved
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.log.postings import postings
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from tests.support.laws import Drawn
from tests.support.ledger import story
from tests.support.ledger.histories_members import people_histories
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, NOON, allocated_in

History = list[tuple[Actor, Command]]

histories = Drawn(people_histories)


def _told(history: History) -> tuple[list[tuple[Actor, Event]], list[Ledger]]:
    """What came of a history: the events, and the ledger before each and after the last."""
    ledgers, events = [story.a_project().ledger], list[tuple[Actor, Event]]()
    for actor, command in history:
        event = decide(ledgers[-1], command, actor, now=NOON)
        if not isinstance(event, Rejection | AlreadyDone):
            events.append((actor, event))
            ledgers.append(evolve(ledgers[-1], event, at=NOON, by=str(actor)))
    return events, ledgers


@histories.law
def test_every_company_keeps_an_administrator(history: History) -> None:
    _, ledgers = _told(history)
    assert all(company.administrators for ledger in ledgers for company in ledger.companies.values())


@histories.law
def test_rights_are_what_was_granted_to_members_and_not_taken_away(history: History) -> None:
    events, ledgers = _told(history)
    rights: dict[tuple[str, str, str], frozenset[str]] = {}
    members = {(ANNA, ADRIA), (BEN, BORA), (story.STAFF, story.VENDOR)}
    for _, event in events:
        match event:
            case MemberAdded():
                members.add((event.account, event.company))
            case MemberRemoved():
                members.discard((event.account, event.company))
                rights = {k: r for k, r in rights.items() if k[:2] != (event.account, event.company)}
            case RightsGranted() | RightsRevoked():
                rights[event.account, event.acting_for, event.project] = frozenset(event.rights)
            case _:
                pass
    held = {(*who, project): r for who, ps in ledgers[-1].grants.items() for project, r in ps.items()}
    assert held == {place: r for place, r in rights.items() if r}
    assert {place[:2] for place in held} <= members
    assert all("view" in r for r in held.values())


@histories.law
def test_whoever_changes_something_is_a_member_of_the_company_they_act_for(history: History) -> None:
    events, ledgers = _told(history)
    for (actor, _), before in zip(events, ledgers, strict=False):
        if isinstance(actor, Account) and actor.company in before.companies:
            company = before.companies[actor.company]
            assert actor.account in company.administrators | company.members


@histories.law
def test_nothing_is_made_or_lost_whatever_moves(history: History) -> None:
    events, ledgers = _told(history)
    accounts: Counter[tuple[str, str]] = Counter()
    for _, event in events:
        for posting in postings(event):
            accounts[posting.account, posting.license_type] += posting.units
    last = ledgers[-1]
    held = {(f"project/{p}", n): u for p, known in last.projects.items() for n, u in known.free.items()}
    devices = (*last.devices.items(), *last.released.items())
    held |= {(f"device/{s}", n): u for s, device in devices for n, u in device.holdings.items()}
    assert held == {place: units for place, units in accounts.items() if units and place[0] != "issuance"}


@histories.law
def test_a_project_counts_its_devices_and_what_is_on_them_and_an_archived_one_is_empty(history: History) -> None:
    _, ledgers = _told(history)
    inside = Counter(device.project for device in ledgers[-1].devices.values())
    for identity, project in ledgers[-1].projects.items():
        assert project.devices == inside[identity]
        assert dict(project.allocated) == allocated_in(ledgers[-1], identity)
        assert not (project.archived and (project.free or project.devices))


@histories.law
def test_no_pbx_license_leaves_a_company_but_by_staff(history: History) -> None:
    events, _ = _told(history)
    for actor, event in events:
        if isinstance(event, DeviceMoved) and event.company != event.former_company:
            by_staff = actor == story.staff and event.reason is not None
            assert by_staff or all(lot.license_class != "pbx" for lot in event.device.licenses)
