"""The writer's rules and the signer's laws were written apart; here they meet."""

from hypothesis import given

from contracts.actors import Actor
from contracts.commands import Command
from contracts.postings import device_account, project_account
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from signer.domain.books import Books
from tests.unit.ledger import story
from tests.unit.ledger.histories_people import people_histories
from tests.unit.ledger.story import NOON

BEGINNING: list[tuple[Actor, Command]] = [
    (story.operator, story.found()),
    (story.staff, story.register()),
    (story.staff, story.register(story.BORA, story.BEN)),
    (story.anna, story.project()),
]


@given(people_histories)
def test_the_signers_books_take_whatever_the_writer_decides_and_agree_with_it(
    history: list[tuple[Actor, Command]],
) -> None:
    ledger, books = Ledger(), Books()
    for actor, command in [*BEGINNING, *history]:
        event = decide(ledger, command, actor, now=NOON)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=NOON)
        books.post(event)
    for project, known in ledger.projects.items():
        assert books.balance(project_account(project)) == dict(known.free)
    for serial, device in (*ledger.devices.items(), *ledger.released.items()):
        assert books.balance(device_account(serial)) == dict(device.holdings)
