"""Append records so that an answered append is durable."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerClosed,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from runtime.kafka.aiokafka_internals import abandon, begin
from runtime.kafka.closing import Closing
from runtime.kafka.connection import REQUEST_SECONDS, Connection, trouble
from runtime.kafka.records import Headers, Partition, Record
from runtime.logs import get_logger
from runtime.trouble import Trouble

BATCH_BYTES = 512 * 1024
"""Uncompressed bytes in one batch; the broker takes 1 MiB compressed, an event has at most 60 KiB."""
REQUEST_BYTES = 1024 * 1024
LINGER_MILLISECONDS = 0
"""While one request is under way the next records gather anyway; waiting only adds to the time of a single one."""
DELIVERY_SECONDS = 30.0
"""How long an append is tried before it is Trouble; a broker restart is shorter."""
STOP_SECONDS = 5.0
ATTEMPTS = 3
"""Fresh inner producers tried for one record within its time."""
RECONNECT_SECONDS = 0.25
COMPRESSION = "zstd"
"""Entries are kept without limit and resemble each other: against lz4 (which aiokafka runs at its slowest level) they
are four tenths smaller, and take a quarter of the time to make."""

_FAULT_OF_THE_RECORD = (
    InvalidTimestampError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

_log = get_logger("runtime.kafka")

Outgoing = tuple[bytes | None, bytes | None, Headers]
"""Key, value (None deletes the key on a compacted topic) and headers."""
_Stamped = tuple[int | None, Outgoing]
"""A record, and its time in milliseconds since 1970, or None for now."""


class Appended(NamedTuple):
    """Where a durable record lies."""

    partition: int
    offset: int


class _Metadata(Protocol):
    partition: int
    offset: int


class Producer(Closing):
    """One idempotent producer with acks=all that outlives the failures of the one inside it.

    An inner producer that failed or did not deliver in time is thrown away with whatever it still held, and
    the next call makes a new one (aiokafka can stick in OutOfOrderSequenceNumber, its issue 1017). So after
    Trouble a record may or may not be on the topic, and order between calls that overlap is kept only while
    nothing fails. Connects on first use.
    """

    def __init__(self, connection: Connection, *, client_id: str, delivery_seconds: float = DELIVERY_SECONDS) -> None:
        self._connection = connection
        self._client_id = client_id
        self._delivery_seconds = delivery_seconds
        self._inner: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._discards: set[asyncio.Task[None]] = set()
        self._closed = False

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        *,
        partition: int | None = None,
        headers: Headers = (),
        at: datetime | None = None,
    ) -> Appended:
        """Append one record, stamped `at`, else now; returns when it is durable.

        Raises Trouble when that did not happen in time. May append it twice when a broker answered with an error after
        writing.
        """
        stamp = _milliseconds(at)
        async with self._delivery(topic):
            for attempt in range(1, ATTEMPTS + 1):
                inner = await self._producer()
                try:
                    sent: asyncio.Future[_Metadata] = await inner.send(
                        topic, value, key, partition=partition, headers=list(headers), timestamp_ms=stamp
                    )
                    done = await sent
                    return Appended(done.partition, done.offset)
                except KafkaError as error:
                    if attempt == ATTEMPTS or not self._hopeful(inner, error):
                        raise
        raise AssertionError("unreachable")

    async def send_many(
        self, topic: str, partition: int, records: Sequence[Outgoing], *, at: datetime | None = None
    ) -> None:
        """Append records in order to one partition, as fast as the broker takes them, stamped `at`, else now.

        Returns when all are durable. Raises Trouble when not all were acknowledged in time: then any number
        of the first ones may be there.
        Calls for one partition must not overlap if their order matters.
        """
        stamp = _milliseconds(at)
        await self._append(Partition(topic, partition), ((stamp, record) for record in records))

    async def copy(self, to: Partition, records: Iterable[Record]) -> None:
        """Append records as they are, with their keys, headers and times; otherwise like `send_many`."""
        await self._append(to, ((one.timestamp, (one.key, one.value, one.headers)) for one in records))

    async def _append(self, to: Partition, records: Iterable[_Stamped]) -> None:
        async with self._delivery(to.topic):
            inner = await self._producer()
            try:
                await self._send_batches(inner, to, records)
            except KafkaError as error:
                self._hopeful(inner, error)
                raise

    async def close(self) -> None:
        """Deliver what is queued, at most STOP_SECONDS, and end."""
        self._closed = True
        if self._inner is not None:
            inner, self._inner = self._inner, None
            try:
                await asyncio.wait_for(inner.flush(), STOP_SECONDS)
            except TimeoutError:
                _log.warning("producer_flush_too_slow", stop_seconds=STOP_SECONDS)
            self._discard(inner)
        if self._discards:
            await asyncio.wait(self._discards, timeout=STOP_SECONDS)

    async def _send_batches(self, inner: AIOKafkaProducer, to: Partition, records: Iterable[_Stamped]) -> None:
        futures: list[asyncio.Future[_Metadata]] = []
        batch = inner.create_batch()
        for stamp, (key, value, headers) in records:
            if batch.append(timestamp=stamp, key=key, value=value, headers=list(headers)) is None:
                futures.append(await inner.send_batch(batch, to.topic, partition=to.number))
                batch = inner.create_batch()
                if batch.append(timestamp=stamp, key=key, value=value, headers=list(headers)) is None:
                    raise ValueError(f"a record for {to.topic} is bigger than {BATCH_BYTES} bytes")
        if batch.record_count():
            batch.close()
            futures.append(await inner.send_batch(batch, to.topic, partition=to.number))
        await asyncio.gather(*futures)

    @asynccontextmanager
    async def _delivery(self, topic: str) -> AsyncGenerator[None]:
        what = f"append to {topic}"
        async with trouble(what):
            try:
                async with asyncio.timeout(self._delivery_seconds):
                    yield
            except TimeoutError:
                if self._inner is not None:
                    self._discard(self._inner)
                raise Trouble(f"{what}: not durable after {self._delivery_seconds:g} s") from None

    def _hopeful(self, inner: AIOKafkaProducer, error: KafkaError) -> bool:
        """Whether another attempt may help. The inner producer is dropped: its sequence numbers have a gap now."""
        _log.warning("producer_replaced", error=repr(error))
        self._discard(inner)
        return not isinstance(error, _FAULT_OF_THE_RECORD)

    async def _producer(self) -> AIOKafkaProducer:
        async with self._starting:
            while self._inner is None:
                if self._closed:
                    raise Trouble("the producer is closed")
                self._inner = await self._start()
            return self._inner

    async def _start(self) -> AIOKafkaProducer | None:
        """A connected producer, or None after a pause if no broker answers."""
        inner = AIOKafkaProducer(
            **self._connection.options(),
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            compression_type=COMPRESSION,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            linger_ms=LINGER_MILLISECONDS,
        )
        try:
            await begin(inner, self._delivery_seconds, STOP_SECONDS)
        except KafkaConnectionError:
            await asyncio.sleep(RECONNECT_SECONDS)
            return None
        return inner

    def _discard(self, inner: AIOKafkaProducer) -> None:
        """Fail whatever it still holds and let it go, without waiting for it."""
        if self._inner is inner:
            self._inner = None
        task = asyncio.create_task(
            abandon(inner, ProducerClosed(), REQUEST_SECONDS + STOP_SECONDS), name="abandon-producer"
        )
        self._discards.add(task)
        task.add_done_callback(self._discards.discard)


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)
