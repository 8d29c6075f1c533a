"""What the rules of a log may answer to a command, if not with an event."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rejection:
    """No, for the reason that `code` names in contracts.refusals; `details` are facts for a person.

    `entries` are those that it rests on, where the rules know them and the asker may. Whoever reports it adds
    `at_sequence`: the entry that the log stood at when the rules said no.
    """

    code: str
    details: dict[str, str | int] = field(default_factory=dict)
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """Yes, and it has been so since entry `sequence`."""

    sequence: int
