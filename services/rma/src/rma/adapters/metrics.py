"""The metrics of the writer of cases."""

from contracts.outcomes import Accepted, Rejected
from contracts.topics import CASE_EVENTS
from runtime.eventlog.writer_metrics import WriterMeters, WriterMetrics
from runtime.outcomes import label_of

METERS = WriterMeters.named("licensing_rma_writer", "ledger", CASE_EVENTS.name)


def writer_metrics(ledger: int) -> WriterMetrics[Accepted | Rejected]:
    """The observer of the writer of one ledger's cases."""
    return WriterMetrics(METERS, ledger, label_of)
