"""What a log's writer says to whoever asked, in the words that all services share (contracts.outcomes)."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from contracts.decisions import Rejection
from contracts.models import WireModel
from contracts.outcomes import Accepted, Rejected
from runtime.eventlog import IncomingCommand

Event = TypeVar("Event", bound=WireModel)


class Asked(IncomingCommand, Protocol):
    """A command whose outcome somebody awaits."""

    @property
    def reply_to(self) -> str: ...


class LogOutcomes(Generic[Event]):
    """Makes the outcomes of one log's commands; `log` is its number, `issue_of` finds the license file of an event."""

    def __init__(self, log: int, issue_of: Callable[[Event], int | None] = lambda _: None) -> None:
        self._log, self._issue_of = log, issue_of

    def accepted(self, command: Asked, fingerprint: str, sequence: int, event: Event | None) -> Accepted | Rejected:
        return Accepted(
            command_id=command.command_id,
            command_hash=fingerprint,
            reply_to=command.reply_to,
            ledger=self._log,
            sequence=sequence,
            repeated=event is None,
            issue=None if event is None else self._issue_of(event),
        )

    def rejected(
        self, command: Asked, fingerprint: str, rejection: Rejection, *, at_sequence: int
    ) -> Accepted | Rejected:
        return Rejected(
            command_id=command.command_id,
            command_hash=fingerprint,
            reply_to=command.reply_to,
            ledger=self._log,
            code=rejection.code,
            details={**rejection.details, "at_sequence": at_sequence},
            entries=rejection.entries,
        )


def label_of(outcome: Accepted | Rejected) -> str:
    """An outcome in one word, as the metrics count it."""
    match outcome:
        case Rejected():
            return outcome.code
        case Accepted():
            return "repeated" if outcome.repeated else "accepted"
