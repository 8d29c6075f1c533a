"""What a log's writer says to whoever asked, in the words that all services share (contracts.outcomes)."""

from typing import Protocol

from contracts.decisions import Rejection
from contracts.outcomes import Accepted, Rejected
from runtime.eventlog import IncomingCommand


class Asked(IncomingCommand, Protocol):
    """A command whose outcome somebody awaits."""

    @property
    def reply_to(self) -> str: ...


class LogOutcomes:
    """Makes the outcomes of one log's commands; `log` is its number."""

    def __init__(self, log: int) -> None:
        self._log = log

    def accepted(
        self, command: Asked, fingerprint: str, sequence: int, *, repeated: bool = False
    ) -> Accepted | Rejected:
        return Accepted(
            command_id=command.command_id,
            command_hash=fingerprint,
            reply_to=command.reply_to,
            ledger=self._log,
            sequence=sequence,
            repeated=repeated,
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
