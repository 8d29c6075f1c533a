"""The ledger writer's metrics."""

from contracts.outcomes import Accepted, Rejected
from contracts.topics import EVENTS
from runtime.eventlog.writer_metrics import WriterMeters, WriterMetrics
from runtime.outcomes import label_of

METERS = WriterMeters.named("licensing_writer", "ledger", EVENTS.name)


def writer_metrics(ledger: int) -> WriterMetrics[Accepted | Rejected]:
    """The observer of one ledger's writer."""
    return WriterMetrics(METERS, ledger, label_of)
