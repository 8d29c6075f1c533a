"""The signer's metrics, collected from the ledgers' statuses at each scrape."""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from signer.application.status import LedgerStatus

_COUNTERS = {
    "entries": "Entries accepted by the chain rule",
    "orphans": "Records of the ledger that are not the next entry",
    "poison": "Orphans that are no entry at all",
    "license_files": "License files published",
    "return_receipts": "Return receipts published",
    "checkpoints": "Checkpoints published",
    "signatures_recorded": "Audit records made durable",
    "repairs": "Times the ledger was read again because published documents were missing or displaced",
    "troubles": "Attempts that failed because the broker was away",
}
_GAUGES = {
    "sequence": "Last entry whose documents are published",
    "checkpoint_size": "Tree size of the last published checkpoint",
    "checkpoint_timestamp_seconds": "When that was published, in seconds since 1970; 0 before the first one",
    "delay_seconds": "From an entry's append to the publication of all that follows from it, last batch",
}


class StatusCollector(Collector):
    """One sample a ledger and figure, all with the label `ledger`; foreign records are counted by topic."""

    def __init__(self, statuses: Sequence[LedgerStatus], foreign: Mapping[str, int]) -> None:
        self._statuses = statuses
        self._foreign = foreign

    def collect(self) -> Iterable[Metric]:
        for name, text in _COUNTERS.items():
            counter = CounterMetricFamily(f"licensing_signer_{name}", text, labels=["ledger"])
            for status in self._statuses:
                counter.add_metric([str(status.ledger)], float(getattr(status, name)))
            yield counter
        for name, text in _GAUGES.items():
            gauge = GaugeMetricFamily(f"licensing_signer_{name}", text, labels=["ledger"])
            for status in self._statuses:
                gauge.add_metric([str(status.ledger)], float(getattr(status, name)))
            yield gauge
        yield self._stopped()
        yield self._refusals()
        yield self._foreign_records()

    def _refusals(self) -> Metric:
        refusals = CounterMetricFamily(
            "licensing_signer_refusals",
            "Entries that were not signed, by the law that they break",
            labels=["ledger", "law"],
        )
        for status in self._statuses:
            for law, count in status.refusals.items():
                refusals.add_metric([str(status.ledger), law], float(count))
        return refusals

    def _foreign_records(self) -> Metric:
        counter = CounterMetricFamily(
            "licensing_signer_foreign_records",
            "Records on the signer's own topics that it did not sign, since the start, older ones included",
            labels=["topic"],
        )
        for topic, count in self._foreign.items():
            counter.add_metric([topic], float(count))
        return counter

    def _stopped(self) -> Metric:
        stopped = GaugeMetricFamily(
            "licensing_signer_stopped", "1 for a ledger that is not signed any more", labels=["ledger", "law"]
        )
        for status in self._statuses:
            stopped.add_metric([str(status.ledger), status.broken_law], float(status.phase == "stopped"))
        return stopped
