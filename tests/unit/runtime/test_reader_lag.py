"""The lag of a reader: 0 at the end, and growing while it is stuck, whatever it is stuck at."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from prometheus_client import REGISTRY

from runtime.kafka import Partition
from runtime.reader_lag import FRESH_SECONDS, Place, ReaderLag
from runtime.trouble import Trouble

EVENTS, FILES = Partition("lag-events", 0), Partition("lag-files", 3)
NOON = 1_700_000_000.0


@dataclass
class MemoryEnds:
    """Brokers in memory: a topic that is `away` gets no answer, and while they are `silent` there is none at all."""

    known: dict[Partition, int]
    away: set[str] = field(default_factory=set[str])
    silent: asyncio.Event | None = None

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        if self.silent is not None:
            await self.silent.wait()
        if {one.topic for one in partitions} & self.away:
            raise Trouble("no broker answers")
        return {one: self.known[one] for one in partitions}


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


def shown(partition: Partition = EVENTS) -> tuple[float | None, float | None]:
    """The records and the seconds of a partition, as Prometheus sees them."""
    labels = {"topic": partition.topic, "partition": str(partition.number)}
    names = ("licensing_reader_lag_records", "licensing_reader_lag_seconds")
    records, seconds = (REGISTRY.get_sample_value(name, labels) for name in names)
    return records, seconds


async def test_a_reader_at_the_end_of_an_old_log_has_no_lag() -> None:
    place = Place(7, int((NOON - 86_400) * 1000))
    async with ReaderLag(MemoryEnds({EVENTS: 7}), Clock()) as lag:
        lag.watch({EVENTS: place})
        await lag.show()
        assert shown() == (0, 0)


async def test_a_reader_that_is_stuck_shows_a_lag_that_grows_since_its_last_record() -> None:
    clock, brokers, place = Clock(), MemoryEnds({EVENTS: 7}), Place(7, int((NOON - 86_400) * 1000))
    async with ReaderLag(brokers, clock) as lag:
        lag.watch({EVENTS: place})
        await lag.show()
        brokers.known[EVENTS], clock.now = 10, NOON + 60
        await lag.show()
        assert shown() == (3, 60)  # since it was at the end, not since a record of yesterday
        clock.now = NOON + 120
        await lag.show()
        assert shown() == (3, 120)
        place.handled(8, int((NOON + 50) * 1000))
        await lag.show()
        assert shown() == (2, 70)
        place.handled(10, int((NOON + 55) * 1000))
        await lag.show()
        assert shown() == (0, 0)


async def test_a_reader_that_begins_is_behind_by_the_age_of_what_it_has_read() -> None:
    clock, place = Clock(), Place()
    async with ReaderLag(MemoryEnds({EVENTS: 1000}), clock) as lag:
        lag.watch({EVENTS: place})
        clock.now += 5
        await lag.show()
        assert shown() == (1000, 5)
        place.handled(100, int((NOON - 3600) * 1000))
        await lag.show()
        assert shown() == (900, 3605)


async def test_a_reader_of_whose_end_nobody_hears_is_not_known_to_be_there() -> None:
    clock, brokers = Clock(), MemoryEnds({EVENTS: 7, FILES: 4})
    async with ReaderLag(brokers, clock) as lag:
        lag.watch({EVENTS: Place(7, 1), FILES: Place(4, 1)})
        await lag.show()
        brokers.away.add(EVENTS.topic)
        clock.now += FRESH_SECONDS
        await lag.show()
        assert (shown(EVENTS), shown(FILES)) == ((0, 0), (0, 0))
        clock.now += 1
        await lag.show()
        assert (shown(EVENTS), shown(FILES)) == ((0, FRESH_SECONDS + 1), (0, 0))


async def test_brokers_that_do_not_answer_hold_no_scrape_up() -> None:
    brokers = MemoryEnds({EVENTS: 7}, silent=asyncio.Event())
    async with ReaderLag(brokers, Clock()) as lag, asyncio.timeout(5):
        lag.watch({EVENTS: Place(6, int((NOON - 9) * 1000))})
        await lag.show()
        assert shown()[1] == 9
