"""Copies topics into a store, a segment at a time, and goes on where the last run ended.

A segment is a file of at most SEGMENT_RECORDS records, or of fewer that have SEGMENT_BYTES. It has a name of its own
and is written before the manifest that names it. So a run that is killed leaves the backup as it was before, and a few
files that the next run writes again.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from operations.application.manifest import MANIFEST, BackupWrong, Manifest, PartitionBackup, Segment, segment_name
from operations.application.ports import LiveLog, Store
from operations.application.segments import decode, encode
from runtime.kafka import Partition, Record

SEGMENT_RECORDS = 10_000
"""Some 10 MB of entries in memory, and few enough files for years."""
SEGMENT_BYTES = 64 * 1024 * 1024
"""Well below what `decode` unpacks, also in base64 and with one record more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A partition to back up; `is_gapless` if no record of it may ever be missing."""

    partition: Partition
    is_gapless: bool


@dataclass(frozen=True, slots=True)
class Copied:
    """What a run added to a partition, and up to which offset it has all."""

    partition: Partition
    records: int
    next_offset: int


class LogLost(Exception):  # noqa: N818 - states the world
    """The topic does not go on where the backup ended: it was lost or made anew. Nothing is written then."""


async def back_up(live: LiveLog, store: Store, wanted: Collection[Wanted], *, taken: str) -> list[Copied]:
    """Bring the backup up to the ends that the partitions have now.

    All ends are asked for in one question, so that no log is far ahead of another that it refers to. Raises Trouble,
    BackupWrong, LogLost.
    """
    held = await read_manifest(store) or Manifest(taken=taken)
    edges = await _edges(live, held, wanted)
    made = [await _extend(live, store, one, held, edges[one.partition][1]) for one in wanted]
    after = _replaced(held, made, taken)
    await store.write(MANIFEST, after.content())
    for stale in sorted(held.names() - after.names()):
        await store.remove(stale)
    return [Copied(one.partition, one.records - _records(held.of(one.partition)), one.next_offset) for one in made]


async def planned(live: LiveLog, store: Store, wanted: Collection[Wanted]) -> list[Copied]:
    """What a run would add: at most, where compaction leaves gaps. Raises as `back_up`."""
    held = await read_manifest(store) or Manifest(taken="")
    edges = await _edges(live, held, wanted)
    ends = {one.partition: edges[one.partition][1] for one in wanted}
    return [Copied(one, end - _next_offset(held.of(one)), end) for one, end in ends.items()]


async def read_manifest(store: Store) -> Manifest | None:
    """The manifest, or None where no backup is yet. Raises BackupWrong."""
    content = await store.read(MANIFEST)
    return None if content is None else Manifest.parse(content)


async def read_segment(store: Store, partition: PartitionBackup, segment: Segment) -> list[Record]:
    """Its records; raises BackupWrong unless it is byte for byte what was written."""
    content = await store.read(segment.name)
    if content is None:
        raise BackupWrong(f"{segment.name} is missing")
    if hashlib.sha256(content).hexdigest() != segment.sha256:
        raise BackupWrong(f"{segment.name} was changed after it was written")
    return list(decode(content, partition.partition))


async def _edges(live: LiveLog, held: Manifest, wanted: Collection[Wanted]) -> Mapping[Partition, tuple[int, int]]:
    """Where all partitions begin and end; raises LogLost for one that does not go on where the backup ended."""
    edges = await live.edges([one.partition for one in wanted])
    for one in wanted:
        _must_go_on(one, _next_offset(held.of(one.partition)), edges[one.partition])
    return edges


def _must_go_on(wanted: Wanted, done: int, edges: tuple[int, int]) -> None:
    oldest, end = edges
    name = f"{wanted.partition.topic}/{wanted.partition.number}"
    if end < done:
        raise LogLost(f"{name} ends at offset {end}, and the backup has it up to {done}: restore it")
    if wanted.is_gapless and oldest > done:
        raise LogLost(f"{name} begins at offset {oldest}, and the backup ends at {done}: records in between are lost")


async def _extend(live: LiveLog, store: Store, wanted: Wanted, held: Manifest, end: int) -> PartitionBackup:
    """The partition up to `end`; a last segment that has room is written anew under another name."""
    old = held.of(wanted.partition) or PartitionBackup(
        topic=wanted.partition.topic, number=wanted.partition.number, is_gapless=wanted.is_gapless
    )
    if old.next_offset >= end:
        return old
    segments, pending = list(old.segments), list[Record]()
    if segments and segments[-1].records < SEGMENT_RECORDS:
        pending = await read_segment(store, old, segments.pop())
    async for records in live.read(wanted.partition, old.next_offset, end):
        pending += records
        while full := _full(pending):
            segments.append(await _write(store, wanted.partition, pending[:full]))
            pending = pending[full:]
    segments += [await _write(store, wanted.partition, pending)] if pending else []
    return old.model_copy(update={"next_offset": end, "segments": tuple(segments)})


def _full(pending: Sequence[Record]) -> int:
    """How many of these records fill a segment; 0 while they do not."""
    size = 0
    for count, record in enumerate(pending, 1):
        size += len(record.key or b"") + len(record.value or b"") + sum(len(value) for _, value in record.headers)
        if count == SEGMENT_RECORDS or size >= SEGMENT_BYTES:
            return count
    return 0


async def _write(store: Store, partition: Partition, records: Sequence[Record]) -> Segment:
    first, last, content = records[0].offset, records[-1].offset, encode(records)
    name = segment_name(partition, first, last)
    await store.write(name, content)
    digest = hashlib.sha256(content).hexdigest()
    return Segment(name=name, first=first, last=last, records=len(records), sha256=digest)


def _replaced(held: Manifest, made: Sequence[PartitionBackup], taken: str) -> Manifest:
    by_partition: Mapping[Partition, PartitionBackup] = {one.partition: one for one in (*held.partitions, *made)}
    return Manifest(taken=taken, partitions=tuple(by_partition[one] for one in sorted(by_partition)))


def _records(held: PartitionBackup | None) -> int:
    return held.records if held else 0


def _next_offset(held: PartitionBackup | None) -> int:
    return held.next_offset if held else 0
