"""What lies on a topic now."""

from collections import defaultdict
from collections.abc import Iterable

from runtime.kafka import Connection, Partition, Record, Tail


async def records_of(connection: Connection, topic: str, partitions: Iterable[int] = (0,)) -> list[Record]:
    """The records of these partitions, one partition after the other, over one connection."""
    found: dict[int, list[Record]] = defaultdict(list)
    async with Tail(connection, {Partition(topic, number): 0 for number in sorted(partitions)}) as tail:
        ends = await tail.end_offsets()
        while any(at < ends[partition] for partition, at in (await tail.positions()).items()):
            for record in await tail.next_batch():
                found[record.partition].append(record)
    return [record for number in sorted(found) for record in found[number]]
