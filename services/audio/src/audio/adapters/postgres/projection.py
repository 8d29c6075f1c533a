"""The rows of conversions: a batch of records and the position of its partition are one transaction."""

import time
from collections.abc import Sequence
from typing import Any

from audio.adapters.postgres.database import CHANNEL
from contracts.audio.conversions import ConvertedFile
from contracts.audio.events import (
    AudioConversionCompleted,
    AudioConversionDeleted,
    AudioConversionFailed,
    AudioConversionRequested,
    AudioEvent,
    AudioFileConverted,
)
from contracts.audio.records import AudioRecord, NotAnAudioRecordError, decode
from runtime import tracing
from runtime.kafka import Record
from runtime.postgres.trouble import transaction
from runtime.projection.poison import PoisonBox
from runtime.projection.store import PositionMoved

_FIRST = "INSERT INTO position (partition, next_offset) VALUES ($1, 0) ON CONFLICT DO NOTHING"
_LOCKED = "SELECT next_offset FROM position WHERE partition = $1 FOR UPDATE"
_MOVE = "UPDATE position SET next_offset = $2 WHERE partition = $1"
_REQUESTED = """
INSERT INTO jobs (job, account, company, batch, state, requested, request)
VALUES ($1, $2, $3, $4, 'waiting', $5, $6) ON CONFLICT DO NOTHING"""
# The first outcome counts, before it the first file of each format, and nothing comes after a deletion.
_FILE = """
INSERT INTO files (job, format, file)
SELECT job, $2, $3 FROM jobs WHERE job = $1 AND state = 'waiting' ON CONFLICT DO NOTHING"""
_COMPLETED = """
UPDATE jobs SET state = 'done', ended = $2, milliseconds = $3, result = $4 WHERE job = $1 AND state = 'waiting'"""
_FAILED = "UPDATE jobs SET state = 'failed', ended = $2, failure = $3 WHERE job = $1 AND state = 'waiting'"
_DELETED = "UPDATE jobs SET state = 'deleted', ended = $2, result = NULL, failure = NULL WHERE job = $1"
_FORGET_FILES = "DELETE FROM files WHERE job = $1"


class JobRows:
    """Implements Target for one partition, on a pool whose search_path is the schema."""

    stopped = ""

    def __init__(self, pool: Any, partition: int, poison: PoisonBox) -> None:
        self._pool = pool
        self._partition = partition
        self._poison = poison
        self._next = 0

    async def next_offset(self) -> int:
        async with transaction(self._pool, "read the position") as connection:
            await connection.execute(_FIRST, self._partition)
            self._next = await connection.fetchval(_LOCKED, self._partition)
            return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        began_ns = time.time_ns()
        known = [(record, await self._read(record)) for record in records]
        following = records[-1].offset + 1
        async with transaction(self._pool, f"write records up to {following}") as connection:
            if await connection.fetchval(_LOCKED, self._partition) != self._next:
                raise PositionMoved(f"the rows of partition {self._partition} do not stand at {self._next}")
            for _, found in known:
                if found is not None:
                    await _write(connection, found)
            await connection.execute(_MOVE, self._partition, following)
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(self._partition))
        self._next = following
        if tracing.is_on():
            for record, found in known:
                if found is not None:
                    self._trace(record, found, began_ns)
        return following

    def _trace(self, record: Record, found: AudioRecord[AudioEvent], began_ns: int) -> None:
        said, at = {"licensing.event": found.type}, found.time.timestamp()
        tracing.processed(record.topic, self._partition, found.traceparent, said, said_at=at, began_ns=began_ns)

    async def _read(self, record: Record) -> AudioRecord[AudioEvent] | None:
        """What a record says; one that nobody can read is buried."""
        try:
            found = decode(record.value or b"")
        except NotAnAudioRecordError as error:
            await self._poison.put(record, str(error))
            return None
        if record.key != found.data.job.encode():
            await self._poison.put(record, "the key is not the conversion")
            return None
        return found


async def _write(connection: Any, record: AudioRecord[AudioEvent]) -> None:
    event, said = record.data, record.data.json_bytes().decode()
    match event:
        case AudioConversionRequested():
            await connection.execute(
                _REQUESTED, event.job, event.account, event.company, event.batch, record.time, said
            )
        case AudioFileConverted():
            await connection.execute(_FILE, *_file(event.job, event.file))
        case AudioConversionCompleted():
            await connection.executemany(_FILE, [_file(event.job, one) for one in event.files])
            await connection.execute(_COMPLETED, event.job, record.time, event.report.read, said)
        case AudioConversionFailed():
            await connection.execute(_FAILED, event.job, record.time, said)
        case AudioConversionDeleted():
            await connection.execute(_DELETED, event.job, record.time)
            await connection.execute(_FORGET_FILES, event.job)


def _file(job: str, file: ConvertedFile) -> tuple[str, str, str]:
    return job, file.format, file.json_bytes().decode()
