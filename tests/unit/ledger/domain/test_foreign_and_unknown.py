"""Nobody learns from a refusal whether somebody else has a device (rule X7): foreign and unknown ones look alike."""

from collections.abc import Callable

import pytest

from contracts.commands import Command
from contracts.identifiers import derived_id
from ledger.domain.decisions import Rejection
from tests.support.ledger.story import HOTEL, SERIAL, a_stocked_project, allocate, anna, ben
from tests.support.ledger.story_device_moves import BORAS, accept, move, offer, release, withdraw

NOWHERE = "0090337f7f7f"
COMMANDS: dict[str, Callable[[str], Command]] = {
    "accept into one's own project": lambda serial: accept(serial=serial),
    "accept into a foreign project": lambda serial: accept(HOTEL, serial),
    "accept into no project": lambda serial: accept(derived_id("none", "project"), serial),
    "move": lambda serial: move(BORAS, serial),
    "move into a foreign project": lambda serial: move(HOTEL, serial),
    "release": release,
    "offer": lambda serial: offer(serial=serial),
    "decline": withdraw,
}


@pytest.mark.parametrize("ask", COMMANDS.values(), ids=COMMANDS)
def test_a_foreign_device_is_refused_as_one_that_nobody_has(ask: Callable[[str], Command]) -> None:
    story = a_stocked_project().given((anna, allocate(Port11=1)))

    foreign = story.when(ben, ask(SERIAL)).answer
    unknown = story.when(ben, ask(NOWHERE)).answer

    assert isinstance(foreign, Rejection)
    assert foreign == unknown
