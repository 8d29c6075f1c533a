"""What the reader of sightings keeps of records, and what it buries."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.device_activity import DeviceActivity
from ledger.adapters.device_activity import DeviceActivityReader
from runtime.kafka import Connection, Partition, Record
from tests.support.documents import NOW, OTHER_SERIAL, SERIAL


class Kept:
    """The store and the box for poison, in memory."""

    def __init__(self) -> None:
        self.taken: list[tuple[Mapping[tuple[int, str], datetime], Mapping[Partition, int]]] = []
        self.buried: list[tuple[int, str]] = []

    async def positions(self) -> Mapping[Partition, int]:
        return {}

    async def take(self, sightings: Mapping[tuple[int, str], datetime], positions: Mapping[Partition, int]) -> None:
        self.taken.append((sightings, positions))

    async def put(self, record: Record, reason: str) -> None:
        self.buried.append((record.offset, reason))


def reader(kept: Kept) -> DeviceActivityReader:
    return DeviceActivityReader(Connection("nowhere:1"), kept, kept, topic_prefix="t.", clock=lambda: NOW)


def record(offset: int, serial: str, minutes: float, key: str = "") -> Record:
    value = DeviceActivity(ledger=2, serial=serial, seen=NOW + timedelta(minutes=minutes)).json_bytes()
    return Record("t.device.activity", 3, offset, (key or serial).encode(), value, (), 0)


async def test_of_several_sightings_of_a_device_the_latest_is_kept_in_whatever_order_they_come() -> None:
    kept = Kept()

    await reader(kept).take([record(7, SERIAL, -1), record(8, OTHER_SERIAL, -3), record(9, SERIAL, -2)])

    sightings = {(2, SERIAL): NOW - timedelta(minutes=1), (2, OTHER_SERIAL): NOW - timedelta(minutes=3)}
    assert kept.taken == [(sightings, {Partition("t.device.activity", 3): 10})]
    assert kept.buried == []


async def test_what_is_forged_or_of_a_time_to_come_is_buried_and_holds_nothing_up() -> None:
    kept = Kept()

    await reader(kept).take([record(1, SERIAL, 6), record(2, SERIAL, -1, key=OTHER_SERIAL), record(3, SERIAL, 4)])

    assert kept.taken[0][0] == {(2, SERIAL): NOW + timedelta(minutes=4)}
    assert kept.buried == [(1, "it is of a time to come"), (2, "the key is not the serial")]
