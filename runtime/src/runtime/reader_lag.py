"""How far readers of logs are behind, in records and in seconds, for Prometheus.

A reader notes after each batch where it stands. The brokers are asked for the ends when Prometheus asks, so a reader
that is stuck, whatever it is stuck at, shows a lag that grows.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from prometheus_client import Gauge

from runtime.kafka.records import Partition
from runtime.trouble import Trouble

PATIENCE_SECONDS = 0.25
"""How long a scrape waits for the brokers; what they say later is shown by the next one."""
FRESH_SECONDS = 30.0
"""Two scrapes: a reader that is at an end of which nobody has heard for so long is not known to be at the end."""

_LABELS = ["topic", "partition"]
_RECORDS = Gauge("licensing_reader_lag_records", "Records between what is handled and the end of the log", _LABELS)
_SECONDS = Gauge(
    "licensing_reader_lag_seconds",
    "Since the last record that is handled, while there are others; 0 at the end",
    _LABELS,
)


@dataclass(slots=True)
class Place:
    """Where a reader stands on a partition: the offset after what is handled, and when that was written, in ms."""

    next_offset: int = 0
    stamp_ms: int = 0

    def handled(self, next_offset: int, stamp_ms: int) -> None:
        self.next_offset, self.stamp_ms = next_offset, stamp_ms


class Ends(Protocol):
    """Knows where partitions end; raises Trouble. See runtime.kafka.Offsets."""

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]: ...


@dataclass(slots=True)
class Lag:
    """How far one place is behind. All times are in seconds since 1970.

    `end` is what the brokers said at `asked_at`, None before; `at_end` is when the place was last known to be there.
    """

    place: Place
    begun: float
    end: int | None = None
    asked_at: float = 0.0
    at_end: float = 0.0

    def ends(self, end: int, at: float) -> None:
        self.end, self.asked_at = end, at

    @property
    def records(self) -> int | None:
        return None if self.end is None else max(self.end - self.place.next_offset, 0)

    def seconds(self, now: float) -> float:
        """0 at the end; else since the last record that is handled, or since the end was reached if that is later."""
        if self.records == 0:
            self.at_end = self.asked_at
            if now - self.asked_at <= FRESH_SECONDS:
                return 0.0
        since = max(self.place.stamp_ms / 1000, self.at_end) or self.begun
        return max(now - since, 0.0)


@dataclass(slots=True)
class ReaderLag:
    """Shows the lag of each place that it watches; `ends` may be shared with the readers. Each scrape calls `show`."""

    ends: Ends
    clock: Callable[[], float] = time.time
    _lags: dict[Partition, Lag] = field(default_factory=dict[Partition, Lag])
    _asking: "asyncio.Task[None] | None" = None

    def watch(self, places: Mapping[Partition, Place]) -> None:
        """Readers begin to read these partitions."""
        self._lags |= {partition: Lag(place, self.clock()) for partition, place in places.items()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def show(self) -> None:
        """Bring the metrics up to date, within a bounded time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="ask-for-ends")
        await asyncio.wait([self._asking], timeout=PATIENCE_SECONDS)
        now = self.clock()
        for (topic, number), lag in self._lags.items():
            if (records := lag.records) is not None:
                _RECORDS.labels(topic, number).set(records)
            _SECONDS.labels(topic, number).set(lag.seconds(now))

    async def _ask(self) -> None:
        """Topic by topic: one that is gone hides no other one."""
        for topic in sorted({partition.topic for partition in self._lags}):
            try:
                found = await self.ends.ends([partition for partition in self._lags if partition.topic == topic])
            except Trouble:
                continue
            for partition, end in found.items():
                self._lags[partition].ends(end, self.clock())
