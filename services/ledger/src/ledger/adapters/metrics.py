"""The ledger writer's metrics."""

from contracts.outcomes import Accepted, Rejected
from contracts.topics import EVENTS
from ledger.application.writing.ledger_log import label_of
from runtime.eventlog.writer_metrics import WriterMeters, WriterMetrics

METERS = WriterMeters.named("licensing_writer", "ledger", EVENTS.name)


def writer_metrics(ledger: int) -> WriterMetrics[Accepted | Rejected]:
    """The observer of one ledger's writer."""
    return WriterMetrics(METERS, ledger, label_of)
