"""The writer's numbers for Prometheus."""

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import Counter, Gauge

from contracts.log.chain import Orphan
from contracts.outcomes import Accepted, Rejected

SEQUENCE = Gauge("licensing_writer_sequence", "Last entry that the writer has read", ["ledger"])
COMMANDS = Counter("licensing_writer_commands", "Commands answered, by what became of them", ["ledger", "outcome"])
ORPHANS = Counter("licensing_writer_orphans", "Records on ledger.events that are no entry", ["ledger", "poison"])


class WriterMetrics:
    """Watch by counting."""

    def __init__(self, ledger: int) -> None:
        self._ledger = str(ledger)

    def followed(self, sequence: int) -> None:
        SEQUENCE.labels(self._ledger).set(sequence)

    def decided(self, outcomes: Sequence[Accepted | Rejected]) -> None:
        for outcome, count in Tally(_word(outcome) for outcome in outcomes).items():
            COMMANDS.labels(self._ledger, outcome).inc(count)

    def orphan(self, orphan: Orphan) -> None:
        ORPHANS.labels(self._ledger, str(orphan.poison).lower()).inc()


def _word(outcome: Accepted | Rejected) -> str:
    match outcome:
        case Rejected():
            return outcome.code
        case Accepted():
            return "repeated" if outcome.repeated else "accepted"
