"""A log of cases as its writer makes it, without one: what a desk has decided, entry by entry."""

from datetime import datetime

from contracts.log.envelope import GENESIS, entry_hash
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent
from tests.support.rma import story
from tests.support.rma.story import ADRIA, ANNA, Desk


class CaseLog:
    """The entries so far."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def add(self, *events: RmaEvent, at: datetime = story.NOON) -> None:
        for event in events:
            sequence = len(self.values) + 1
            value = RMA_ENTRIES.encode(
                event,
                source=source_of(0),
                sequence=sequence,
                prev=entry_hash(self.values[-1]) if self.values else GENESIS,
                at=at,
                command_id=f"{sequence:064x}",
                command_hash="ab" * 32,
                actor=f"account:{ANNA}@{ADRIA}",
                correlation_id="c-1",
            )
            self.values.append(value)


def events_of(cases: int) -> list[RmaEvent]:
    """So many cases side by side, each at another step of its life, one of them owed."""
    desk = Desk()
    desk.does(story.grant(threshold=100))
    for number in range(cases):
        serial = f"009033{number:06x}"
        desk.gets(serial)
        rma = desk.files(serial)
        _go_on(desk, rma, serial, number)
    return desk.events


def _go_on(desk: Desk, rma: str, serial: str, number: int) -> None:
    match number % 4:
        case 1:
            desk.does(story.receive(rma, serial))
        case 2:
            desk.does(story.receive(rma, serial))
            desk.does(story.order(rma, f"0090334{number:05x}"))
            desk.does(story.swapped(rma, f"0090334{number:05x}"), story.service)
            desk.does(story.shipped(rma))
        case 3:
            desk.does(story.in_advance(rma, f"0090334{number:05x}"))
            desk.does(story.swapped(rma, f"0090334{number:05x}"), story.service)
        case _:
            pass
