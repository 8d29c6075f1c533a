"""What the ledger may answer: one event, a rejection with a stable code, or that it was done before."""

from dataclasses import dataclass, field

from contracts.events import Event


@dataclass(frozen=True, slots=True)
class Rejection:
    """No, for the reason that `code` names in contracts.refusals; `details` are facts for a person.

    `entries` are those that it rests on, where the ledger knows them and the asker may. Whoever tells it adds
    `at_sequence`: the entry that the ledger stood at when it said no.
    """

    code: str
    details: dict[str, str | int] = field(default_factory=dict)
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """Yes, and it has been so since entry `sequence`."""

    sequence: int


Decision = Event | Rejection | AlreadyDone
