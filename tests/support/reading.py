"""What lies on a topic now."""

from collections.abc import Iterable

from runtime.kafka import Connection, Partition, Record, Tail


async def records_of(connection: Connection, topic: str, partitions: Iterable[int] = (0,)) -> list[Record]:
    """The records of these partitions, one partition after the other, over one connection."""
    return await records_in(connection, [Partition(topic, number) for number in sorted(partitions)])


async def records_in(connection: Connection, partitions: Iterable[Partition]) -> list[Record]:
    """The same for partitions of any topics."""
    found: dict[Partition, list[Record]] = {partition: [] for partition in partitions}
    async with Tail(connection, dict.fromkeys(found, 0)) as tail:
        ends = await tail.end_offsets()
        while any(at < ends[partition] for partition, at in (await tail.positions()).items()):
            for record in await tail.next_batch():
                found[Partition(record.topic, record.partition)].append(record)
    return [record for records in found.values() for record in records]
