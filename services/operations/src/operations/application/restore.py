"""Brings topics back from a backup, so that each record of a log has the offset that it had.

Into empty partitions only, or into those that hold the beginning of what the backup has: then a restore that broke off
goes on. Readers keep offsets, so a log with a gap, or one that would begin elsewhere, is refused.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass

from operations.application.backup import Wanted, read_manifest, read_segment
from operations.application.manifest import BackupWrong, PartitionBackup
from operations.application.ports import LiveLog, Store
from runtime.kafka import Partition, Record


class NotEmpty(Exception):  # noqa: N818 - states the world
    """The partition has records that are not those of the backup. Nothing was written to it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many records were written, and how many had been there already."""

    partition: Partition
    written: int
    present: int


async def restore(live: LiveLog, store: Store, wanted: Collection[Wanted]) -> list[Restored]:
    """Write what is missing of all partitions, once all of the backup was found whole and to be of `wanted`.

    Raises Trouble, NotEmpty, BackupWrong.
    """
    return [await _fill(live, store, backup, present) for backup, present in await _found(live, store, wanted)]


async def missing(live: LiveLog, store: Store, wanted: Collection[Wanted]) -> list[Restored]:
    """What `restore` would write. Raises as it does."""
    found = await _found(live, store, wanted)
    return [Restored(one.partition, one.records - present, present) for one, present in found]


async def _found(live: LiveLog, store: Store, wanted: Collection[Wanted]) -> list[tuple[PartitionBackup, int]]:
    """Each partition of the backup, and how many of its records there are already."""
    manifest = await read_manifest(store)
    if manifest is None:
        raise BackupWrong("there is no backup here")
    for one in manifest.partitions:
        if Wanted(one.partition, is_gapless=one.is_gapless) not in wanted:
            gaps = "without gaps" if one.is_gapless else "with gaps"
            raise BackupWrong(f"{one.topic}/{one.number} {gaps} is nothing that this system backs up")
    edges = await live.edges([one.partition for one in manifest.partitions])
    return [(one, await _present(live, store, one, edges[one.partition])) for one in manifest.partitions]


async def batches_of(store: Store, partition: PartitionBackup) -> AsyncGenerator[Sequence[Record]]:
    """All records of a partition, a segment at a time; raises BackupWrong for a missing, changed or gapped segment."""
    expected = 0
    for segment in partition.segments:
        records = await read_segment(store, partition, segment)
        offsets = [record.offset for record in records]
        if offsets != sorted(set(offsets)) or (offsets[0], offsets[-1]) != (segment.first, segment.last):
            raise BackupWrong(f"{segment.name} does not hold the offsets that it is said to hold")
        if offsets[0] < expected or (
            partition.is_gapless and offsets != list(range(expected, expected + len(offsets)))
        ):
            raise BackupWrong(f"{segment.name} does not follow what is before it: offset {expected} is missing")
        expected = offsets[-1] + 1
        yield records
    if partition.is_gapless and expected != partition.next_offset:
        raise BackupWrong(f"{partition.topic}/{partition.number} lacks offsets {expected} to {partition.next_offset}")


async def _present(live: LiveLog, store: Store, backup: PartitionBackup, edges: tuple[int, int]) -> int:
    """How many of the backup's records the partition has already; raises NotEmpty if it has any others."""
    oldest, end = edges
    name = f"{backup.topic}/{backup.number}"
    if end and (oldest or end > backup.records):
        raise NotEmpty(
            f"{name} has records from offset {oldest} to {end}, which are not the backup's; delete the topic"
        )
    kept = (record async for records in batches_of(store, backup) for record in records)
    at = 0
    if end:
        async for found in live.read(backup.partition, 0, end):
            for record in found:
                if not _is_same(record, await anext(kept)):
                    raise NotEmpty(f"{name} has another record than the backup at offset {at}; delete the topic")
                at += 1
    async for _ in kept:
        pass  # so that all of the backup is read and found whole before anything is written
    return at


async def _fill(live: LiveLog, store: Store, backup: PartitionBackup, present: int) -> Restored:
    position, written = 0, 0
    async for records in batches_of(store, backup):
        missing = records[max(present - position, 0) :]
        position += len(records)
        if missing:
            await live.append(backup.partition, missing)
            written += len(missing)
    _, end = (await live.edges([backup.partition]))[backup.partition]
    if end != position:
        name = f"{backup.topic}/{backup.number}"
        raise NotEmpty(
            f"{name} ends at offset {end} and not at {position}: somebody else writes; stop it, delete the topic"
        )
    return Restored(backup.partition, written, present)


def _is_same(one: Record, other: Record) -> bool:
    return (one.key, one.value, tuple(one.headers), one.timestamp) == (
        other.key,
        other.value,
        tuple(other.headers),
        other.timestamp,
    )
