"""The places where aiokafka's public face is not enough."""
# pyright: reportPrivateUsage=false

import asyncio
import hashlib
from collections.abc import Collection, Coroutine
from functools import lru_cache
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.conn import ScramAuthenticator

from runtime.logs import get_logger

Client: TypeAlias = "AIOKafkaConsumer | AIOKafkaProducer"

REST_SECONDS = 0.05
"""Between two questions of a client who leads what."""
FINISH_SECONDS = 1.0
"""What a start that nobody waits for any more may still take before it is cut short."""

_log = get_logger("runtime.kafka")


async def begin(client: Client, timeout_seconds: float, stop_seconds: float) -> None:
    """Start a client; after a failure, a timeout or a cancellation it is ended as `end` does.

    A start that is cut short forgets the connection it has just made, so it is let finish first.
    """
    _space_out_updates(_connections_of(client))
    _keep_first_connection(_connections_of(client))
    starting = asyncio.create_task(client.start(), name="begin-kafka-client")
    try:
        async with asyncio.timeout(timeout_seconds):
            await asyncio.shield(starting)
    except BaseException:
        await _in_background(_give_up(starting, client), stop_seconds)
        raise


async def _give_up(starting: asyncio.Task[None], client: Client) -> None:
    await asyncio.wait({starting}, timeout=FINISH_SECONDS)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await _stop(client)


async def abandon(producer: AIOKafkaProducer, error: Exception, timeout_seconds: float) -> None:
    """Fail what a producer still holds and stop it: its own stop would wait for what cannot be delivered."""
    producer._message_accumulator.fail_all(error)  # noqa: SLF001
    sender = producer._sender.sender_task  # noqa: SLF001
    if sender is not None:
        sender.cancel()
    await end(producer, timeout_seconds)


async def end(client: Client, timeout_seconds: float) -> None:
    """Let a client stop, at most so long, whatever becomes of it; its connections are closed in any case.

    A consumer's stop awaits fetches that it has just cancelled, and their CancelledError comes out of it before it has
    closed a connection: awaited directly it would also end whoever stops a consumer, as if somebody had cancelled them.
    """
    await _in_background(_stop(client), timeout_seconds)


async def _in_background(ending: Coroutine[Any, Any, None], timeout_seconds: float) -> None:
    """Wait for it at most so long; it goes on when the waiter is gone."""
    task = asyncio.create_task(ending, name="end-kafka-client")
    _ending.add(task)
    task.add_done_callback(_ended)
    await asyncio.wait({task}, timeout=timeout_seconds)


async def _stop(client: Client) -> None:
    connections = _connections_of(client)
    if isinstance(client, AIOKafkaConsumer):
        _cut_on_close(connections)
    try:
        await client.stop()
    finally:
        await connections.close()


def _cut_on_close(connections: Any) -> None:
    """Let a consumer close its connections without the broker's goodbye, which TLS waits for.

    The broker says goodbye only after it has answered a fetch, half a second later, that nobody awaits any more.
    """
    close = connections.close

    async def cut_and_close() -> None:
        for connection in connections._conns.values():  # noqa: SLF001
            if connection._writer is not None:  # noqa: SLF001
                connection._writer.transport.abort()  # noqa: SLF001
        await close()

    connections.close = cut_and_close


def _connections_of(client: Client) -> Any:
    return client._client if isinstance(client, AIOKafkaConsumer) else client.client  # noqa: SLF001


def _space_out_updates(connections: Any) -> None:
    """Let a client rest between its questions who leads what.

    A consumer of a partition that nobody leads asks again as soon as it has an answer or has failed: without a
    rest it keeps a core busy until somebody leads it.
    """
    update, loop = connections._metadata_update, asyncio.get_running_loop()  # noqa: SLF001
    earliest = loop.time()

    async def rest_and_update(*about: Any) -> bool:
        nonlocal earliest
        await asyncio.sleep(earliest - loop.time())
        try:
            updated: bool = await update(*about)
        finally:
            earliest = loop.time() + REST_SECONDS
        return updated

    connections._metadata_update = rest_and_update  # noqa: SLF001


def _keep_first_connection(connections: Any) -> None:
    """Let a client go on over the connection by which it learns the brokers, where that leads to one of them.

    It would close it and prove itself to the same broker once more, which takes both sides ten milliseconds.
    """
    bootstrap, cluster, kept = connections.bootstrap, connections.cluster, connections._conns  # noqa: SLF001
    name = ("bootstrap", ConnectionGroup.DEFAULT)

    async def bootstrap_and_keep() -> None:
        cluster.brokers = frozenset  # a client that has heard of no broker keeps its connection under this name
        try:
            await bootstrap()
        finally:
            del cluster.brokers
        first = kept.pop(name)
        found = cluster.brokers()
        to = next((one.nodeId for one in found if (one.host, one.port) == (first.host, first.port)), None)
        if to is not None:
            first._on_close_cb = connections._on_connection_closed  # noqa: SLF001
            kept[to, ConnectionGroup.DEFAULT] = first
        elif found:
            first.close()
        else:
            kept[name] = first  # brokers that have just started may know of none; it is the only way to ask again

    connections.bootstrap = bootstrap_and_keep


@lru_cache(maxsize=16)
def _salted(mechanism: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(mechanism, password, salt, iterations)


def _salt_once(self: Any, salt: bytes, iterations: int) -> None:
    """Derive a salted password once for all connections, which RFC 5802 allows: it takes milliseconds each time."""
    self._salted_password = _salted(self._hashname, self._sasl_plain_password, salt, iterations)


ScramAuthenticator.create_salted_password = _salt_once

_ending: set[asyncio.Task[None]] = set()


def _ended(task: asyncio.Task[None]) -> None:
    _ending.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("client_stop_failed", error=repr(error))


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> frozenset[int]:
    """The partitions that a topic has, asked of the broker; raises UnknownTopicOrPartitionError."""
    numbers: set[int] = await consumer._client._wait_on_metadata(topic)  # noqa: SLF001
    return frozenset(numbers)


async def committed_offsets(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """What its group has committed, asked in one request instead of one for each partition."""
    coordinator: Any = consumer._coordinator  # noqa: SLF001
    found = await coordinator.fetch_committed_offsets(list(partitions))
    return {partition: one.offset for partition, one in found.items() if one.offset >= 0}


def member_id(consumer: AIOKafkaConsumer) -> str:
    """How its group knows it now; nothing before it has joined."""
    coordinator: Any = consumer._coordinator  # noqa: SLF001
    return str(coordinator.member_id)
