"""What rules decide, if not an event: a rejection with a stable code, or a duplicate of an earlier entry."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rejection:
    """The command is refused; `code` names the reason in contracts.refusals, `details` are facts for a person.

    `entries` are those that it rests on, where the rules know them and the actor may know them. Whoever reports it
    adds `at_sequence`: the entry that the log stood at when they decided.
    """

    code: str
    details: dict[str, str | int] = field(default_factory=dict)
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The command took effect before, as entry `sequence`."""

    sequence: int
