"""What RMA keeps of a ledger is what the ledger itself says, after any history of all families of commands."""

import json

from hypothesis import given, settings

from contracts.actors import Account, Actor
from contracts.commands import Command
from ledger.domain import rights
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from rma.application.writing.followed_ledger import CODEC
from rma.domain.following import follow
from rma.domain.ledger_view import LedgerView
from tests.support.laws import examples
from tests.support.ledger import histories_all as every
from tests.support.ledger import story, story_members

ACCOUNTS = (story.ANNA, story.BEN, story.STAFF, story_members.MIA, story_members.GUS)
COMPANIES = (story.ADRIA, story.BORA, story.VENDOR)
PERSONS = [Account(account=account, company=company) for account in ACCOUNTS for company in COMPANIES]


@settings(max_examples=examples(8))
@given(every.histories)
def test_the_view_says_of_rights_places_and_dates_what_the_ledger_says(
    history: list[tuple[Actor | None, Command, int]],
) -> None:
    ledger, view = Ledger(), LedgerView()
    for actor, command, now in every.moments(history):
        seen = every.as_seen(ledger, command, now)
        by = actor or every.whoever_may(ledger, seen)
        event = decide(ledger, seen, by, now=now)
        if not isinstance(event, Rejection | AlreadyDone):
            ledger = evolve(ledger, event, at=now, by=str(by))
            view = follow(view, event, at=now)
    _agree(ledger, view)
    assert CODEC.assembled(json.loads(json.dumps(list(CODEC.pieces(view))))) == view


def _agree(ledger: Ledger, view: LedgerView) -> None:
    assert (view.sequence, view.vendor) == (ledger.sequence, ledger.vendor)
    assert dict(view.devices) == {serial: device.project for serial, device in ledger.devices.items()}
    assert dict(view.projects) == {project: known.company for project, known in ledger.projects.items()}
    dates = {serial: (one.delivered_on, one.warranty_months) for serial, one in ledger.delivered.items()}
    assert {serial: (one.on, one.months) for serial, one in view.delivered.items()} == dates
    stopped = {subject for subject in ledger.cold.blocked if not subject.startswith("activation-keys/")}
    assert view.blocked == stopped
    assert view.closed == set(ledger.cold.imported)
    assert {rma: (one.serial, one.replacement) for rma, one in view.swaps.items()} == {
        rma: (one.serial, one.replacement) for rma, one in ledger.cold.rmas.items()
    }
    for person in PERSONS:
        assert view.is_staff(person) == rights.is_staff(ledger, person)
        for project in ledger.projects:
            assert view.has_right(person, project, "rma") == rights.has_right(ledger, person, project, "rma")
            hidden = rights.refuse_project(ledger, person, project, "rma") == Rejection("project_unknown")
            assert view.knows_of(person, project) != hidden
