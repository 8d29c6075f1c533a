"""Topics in memory, as backup and restore see them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from runtime.kafka import Partition, Record


def records(partition: Partition, *values: bytes, first: int = 0) -> list[Record]:
    """Records of one partition, at offsets from `first` on."""
    return [
        Record(partition.topic, partition.number, first + index, b"0", value, (("trace", b"\xff"),), 1_700_000_000_000)
        for index, value in enumerate(values)
    ]


class MemoryLog:
    """Implements LiveLog. `compacted` records are gone, their offsets stay used."""

    def __init__(self, *kept: Record) -> None:
        self._kept = list(kept)
        self._ends: dict[Partition, int] = {}

    async def edges(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        return {one: self._edges(one) for one in partitions}

    async def read(self, partition: Partition, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        for record in self._of(partition):
            if first <= record.offset < end:
                yield [record]

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        for record in records:
            _, end = self._edges(partition)
            self._kept.append(record._replace(offset=end))

    def drop(self, partition: Partition, *offsets: int) -> None:
        """Take records away, as compaction or retention does."""
        self._ends[partition] = self._edges(partition)[1]
        self._kept = [one for one in self._kept if one not in self._of(partition) or one.offset not in offsets]

    def all(self, partition: Partition) -> list[Record]:
        return self._of(partition)

    def _edges(self, partition: Partition) -> tuple[int, int]:
        offsets = [record.offset for record in self._of(partition)]
        end = max([self._ends.get(partition, 0), *(offset + 1 for offset in offsets)])
        return min(offsets, default=end), end

    def _of(self, partition: Partition) -> list[Record]:
        return [record for record in self._kept if (record.topic, record.partition) == partition]
