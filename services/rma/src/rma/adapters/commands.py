"""Sends what is due for a case by the topics that this service alone may write."""

from prometheus_client import Counter

from contracts.commands.replacements import ReplaceDevice
from contracts.outcomes import Accepted, Rejected
from rma.domain.asking import SERVICE
from rma.domain.duties import Duty
from runtime.commands import Commands
from runtime.outcomes import label_of

_DUTIES = Counter("licensing_rma_duties", "What fell due for cases, by what became of it", ["command", "outcome"])


class TopicSender:
    """Implements Sender: swaps go to the ledger, everything else to the log of cases."""

    def __init__(self, to_ledger: Commands, to_cases: Commands) -> None:
        self._to_ledger = to_ledger
        self._to_cases = to_cases

    @property
    def trouble(self) -> str | None:
        """Why no outcomes are heard of, or None."""
        return self._to_ledger.trouble or self._to_cases.trouble

    async def send(self, duty: Duty, *, ledger: int, rma: str, traceparent: str | None) -> Accepted | Rejected:
        commands = self._to_ledger if isinstance(duty.command, ReplaceDevice) else self._to_cases
        outcome = await commands.ask(
            duty.command,
            ledger=ledger,
            command_id=duty.command_id(ledger, rma),
            actor=SERVICE,
            correlation_id=rma,
            traceparent=traceparent,
        )
        _DUTIES.labels(duty.command.name, label_of(outcome)).inc()
        return outcome
