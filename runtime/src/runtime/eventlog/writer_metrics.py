"""A writer's numbers for Prometheus."""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from prometheus_client import Counter, Gauge

from contracts.log.hash_chain import Orphan
from contracts.log.stop import Stop
from runtime.eventlog.definition import Outcome


@dataclass(frozen=True, slots=True)
class WriterMeters:
    """The metrics of one service's writers, `<prefix>_sequence` and so on, by log; `noun` is the label that says which.

    Made once in a process, where the service declares its metrics: Prometheus takes no name twice.
    """

    sequence: Gauge
    commands: Counter
    orphans: Counter
    fenced: Counter
    stopped: Gauge
    clock_behind: Gauge
    start: Gauge
    snapshot_sequence: Gauge
    snapshot_taken: Gauge

    @classmethod
    def named(cls, prefix: str, noun: str, events_topic: str) -> "WriterMeters":
        return cls(
            Gauge(f"{prefix}_sequence", "Last entry that the writer has read", [noun]),
            Counter(f"{prefix}_commands", "Commands answered, by what became of them", [noun, "outcome"]),
            Counter(f"{prefix}_orphans", f"Records on {events_topic} that are no entry", [noun, "poison"]),
            Counter(f"{prefix}_fenced", "Terms that were lost to the entry of another writer", [noun]),
            Gauge(f"{prefix}_stopped", "1 while nothing is decided because of an entry", [noun, "law"]),
            Gauge(f"{prefix}_clock_behind_seconds", "How far the own clock is behind the log, if too far", [noun]),
            Gauge(f"{prefix}_start_seconds", "How long the writer took to read what was there when it began", [noun]),
            Gauge(f"{prefix}_snapshot_sequence", "Last entry in the newest usable snapshot", [noun]),
            Gauge(f"{prefix}_snapshot_timestamp_seconds", "When that was taken, in seconds since 1970", [noun]),
        )


class WriterMetrics(Generic[Outcome]):
    """WriterObserver by counting; `label_of` says an outcome in one word."""

    def __init__(self, meters: WriterMeters, log: int, label_of: Callable[[Outcome], str]) -> None:
        self._meters = meters
        self._log = str(log)
        self._label_of = label_of
        self._law: str | None = None
        self._meters.fenced.labels(self._log)

    def followed(self, sequence: int) -> None:
        self._meters.sequence.labels(self._log).set(sequence)

    def decided(self, outcomes: Sequence[Outcome]) -> None:
        for label, count in Tally(map(self._label_of, outcomes)).items():
            self._meters.commands.labels(self._log, label).inc(count)

    def orphan(self, orphan: Orphan) -> None:
        self._meters.orphans.labels(self._log, str(orphan.poison).lower()).inc()

    def fenced(self) -> None:
        self._meters.fenced.labels(self._log).inc()

    def stopped(self, stop: Stop) -> None:
        self._meters.stopped.labels(self._log, stop.law).set(1)
        self._law = stop.law

    def begins_again(self) -> None:
        if self._law is not None:
            self._meters.stopped.remove(self._log, self._law)
            self._law = None

    def snapshot(self, sequence: int, taken: datetime) -> None:
        self._meters.snapshot_sequence.labels(self._log).set(sequence)
        self._meters.snapshot_taken.labels(self._log).set(taken.timestamp())

    def started(self, seconds: float) -> None:
        self._meters.start.labels(self._log).set(seconds)

    def clock_behind(self, seconds: float) -> None:
        self._meters.clock_behind.labels(self._log).set(seconds)
