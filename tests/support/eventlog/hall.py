"""A second user of the event log's machine, as small as one can be: a hall whose seats are reserved and released."""

import hashlib
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple

from pydantic import ValidationError

from contracts.decisions import AlreadyDone, Rejection
from contracts.log.envelope import EntryFormat
from contracts.log.stop import UnlawfulEntryError
from contracts.models import WireModel
from runtime.eventlog import LogDefinition, LogReplica, UndecodableCommandError, Writer
from runtime.eventlog.state_codec import StateCodec
from runtime.kafka import Record
from tests.support.eventlog.memory import NOON

SEATS = 5
BROKEN = 13
"""A seat on which the rules have a defect."""


class SeatReserved(WireModel):
    type: ClassVar[str] = "toy.hall.seat-reserved.v1"
    seat: int

    @property
    def subject(self) -> str:
        return f"seats/{self.seat}"


class SeatReleased(SeatReserved):
    type: ClassVar[str] = "toy.hall.seat-released.v1"


HallEvent = SeatReserved | SeatReleased
HALL_ENTRIES: EntryFormat[HallEvent] = EntryFormat(
    {event.type: event for event in (SeatReserved, SeatReleased)}, namespace="toy.hall", source="^/halls/[0-9]$"
)


class Wish(WireModel):
    """A command of the hall."""

    command_id: str
    name: Literal["reserve", "release"]
    seat: int
    actor: str = "operator:ann"
    reply_to: str = "box-office"
    correlation_id: str = "evening"
    traceparent: str | None = None
    token_id: str | None = None
    token_key_id: str | None = None
    key: bytes = b""

    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.actor} {self.name} {self.seat}".encode()).hexdigest()


class Answer(WireModel):
    """What becomes of a wish: `said` is accepted, repeated or the code of a rejection."""

    command_id: str
    fingerprint: str
    reply_to: str
    said: str
    sequence: int


class Hall(NamedTuple):
    """Who sits where, and since which entry."""

    seats: dict[int, tuple[str, int]]
    entries: int = 0


class HallOutcomes:
    def accepted(self, command: Wish, fingerprint: str, sequence: int, event: HallEvent | None) -> Answer:
        return self._answer(command, fingerprint, "repeated" if event is None else "accepted", sequence)

    def rejected(self, command: Wish, fingerprint: str, rejection: Rejection, *, at_sequence: int) -> Answer:
        return self._answer(command, fingerprint, rejection.code, at_sequence)

    def _answer(self, wish: Wish, fingerprint: str, said: str, sequence: int) -> Answer:
        return Answer(
            command_id=wish.command_id, fingerprint=fingerprint, reply_to=wish.reply_to, said=said, sequence=sequence
        )


def decide(hall: Hall, wish: Wish, /, *, now: datetime) -> HallEvent | Rejection | AlreadyDone:
    guest, since = hall.seats.get(wish.seat, ("", 0))
    if wish.seat == BROKEN:
        raise ZeroDivisionError
    if wish.name == "release":
        return SeatReleased(seat=wish.seat) if guest == wish.actor else Rejection("not_your_seat")
    if guest == wish.actor:
        return AlreadyDone(since)
    if guest or wish.seat > SEATS:
        return Rejection("no_such_seat_free")
    return SeatReserved(seat=wish.seat)


def evolve(hall: Hall, event: HallEvent, /, *, at: datetime, by: str) -> Hall:
    if event.seat == BROKEN:
        raise ZeroDivisionError
    sequence = hall.entries + 1
    others = {seat: held for seat, held in hall.seats.items() if seat != event.seat}
    return Hall(others if isinstance(event, SeatReleased) else {**others, event.seat: (by, sequence)}, sequence)


def require_lawful(hall: Hall, event: HallEvent, /) -> None:
    if type(event) is SeatReserved and event.seat in hall.seats:
        raise UnlawfulEntryError("seat_taken", f"seat {event.seat} is taken")


def decode_wish(record: Record) -> Wish:
    try:
        return Wish.from_json_bytes(record.value or b"")
    except ValidationError:
        raise UndecodableCommandError("it is no wish") from None


def hall_log(number: int = 0) -> LogDefinition[Hall, Wish, HallEvent, Answer]:
    return LogDefinition(
        source=f"/halls/{number}",
        entries=HALL_ENTRIES,
        initial=Hall({}),
        decide=decide,
        require_lawful=require_lawful,
        evolve=evolve,
        outcomes=HallOutcomes(),
        codec=StateCodec.of(Hall, made_by=()),
    )


HallWriter = Writer[Hall, Wish, HallEvent, Answer]
HallReplica = LogReplica[Hall, HallEvent]


def wish(name: Literal["reserve", "release"], seat: int, key: str, actor: str = "operator:ann") -> Wish:
    command_id = hashlib.sha256(key.encode()).hexdigest()
    return Wish(command_id=command_id, name=name, seat=seat, actor=actor)


def sealed(event: HallEvent, sequence: int, prev: str, at: datetime = NOON) -> bytes:
    """An entry that is the next one, by whoever else may write the log."""
    return HALL_ENTRIES.encode(
        event,
        source="/halls/0",
        sequence=sequence,
        prev=prev,
        at=at,
        command_id="f" * 64,
        command_hash="f" * 64,
        actor="operator:mallory",
        correlation_id="forged",
    )
