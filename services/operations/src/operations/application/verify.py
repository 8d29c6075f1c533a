"""Reads whole logs, from brokers or from a backup, and says whether they are what was written and signed."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

from contracts.log.checkpoint import LogVerifier
from contracts.topics import CASE_EVENTS, CHECKPOINTS, EVENTS, topic_name
from operations.application.backup import read_manifest
from operations.application.manifest import BackupWrong
from operations.application.ports import LiveLog, Store
from operations.application.restore import batches_of
from operations.domain.log_verification import (
    CasesVerification,
    ChainReport,
    LedgerVerification,
    LogBrokenError,
    signed_trees,
)
from runtime.kafka import Partition, Record

Source = Callable[[Partition], AsyncIterator[Sequence[Record]]]


async def verify_live(live: LiveLog, *, prefix: str, ledgers: int, keys: Collection[LogVerifier]) -> list[ChainReport]:
    """The logs on the brokers, up to the ends that they have now. Raises Trouble, LogBrokenError."""
    checkpoints = Partition(topic_name(CHECKPOINTS, prefix), 0)
    logs = [Partition(topic_name(topic, prefix), n) for topic in (EVENTS, CASE_EVENTS) for n in range(ledgers)]
    # Checkpoints first: what they are about is on the logs when those are read.
    notes = [record async for records in _live(live, checkpoints) for record in records]
    return [await _verified(one, _live(live, one), notes, prefix, keys) for one in logs]


async def verify_backup(store: Store, *, prefix: str, keys: Collection[LogVerifier]) -> list[ChainReport]:
    """Every file of a backup, and its logs. Raises BackupWrong, LogBrokenError."""
    manifest = await read_manifest(store)
    if manifest is None:
        raise BackupWrong("there is no backup here")
    names = {topic_name(topic, prefix) for topic in (EVENTS, CASE_EVENTS)}
    notes: list[Record] = []
    for other in (one for one in manifest.partitions if one.topic not in names):
        async for records in batches_of(store, other):
            notes += records if other.topic == topic_name(CHECKPOINTS, prefix) else ()
    logs = [one for one in manifest.partitions if one.topic in names]
    return [await _verified(one.partition, batches_of(store, one), notes, prefix, keys) for one in logs]


async def _verified(
    log: Partition,
    batches: AsyncIterator[Sequence[Record]],
    notes: Iterable[Record],
    prefix: str,
    keys: Collection[LogVerifier],
) -> ChainReport:
    name = f"{log.topic.removeprefix(prefix)}/{log.number}"
    verification: LedgerVerification | CasesVerification = CasesVerification(name, log.number)
    if log.topic == topic_name(EVENTS, prefix):
        said = [(note.value or b"").decode(errors="replace") for note in notes if note.key == str(log.number).encode()]
        verification = LedgerVerification(name, log.number, signed_trees(said, keys, log.number))
    async for records in batches:
        for record in records:
            verification.read(record.value or b"")
    return verification.report()


async def _live(live: LiveLog, partition: Partition) -> AsyncIterator[Sequence[Record]]:
    edges: Mapping[Partition, tuple[int, int]] = await live.edges([partition])
    oldest, end = edges[partition]
    if oldest and partition.topic.endswith((EVENTS.name, CASE_EVENTS.name)):
        raise LogBrokenError(f"{partition.topic}/{partition.number} begins at offset {oldest}: its beginning is lost")
    async for records in live.read(partition, oldest, end):
        yield records
