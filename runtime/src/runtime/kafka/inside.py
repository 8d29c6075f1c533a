"""The two places where aiokafka's public face is not enough."""
# pyright: reportPrivateUsage=false

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError


async def abandon(producer: AIOKafkaProducer, error: Exception, timeout_seconds: float) -> None:
    """Fail what a producer still holds and stop it: its own stop would wait for what cannot be delivered."""
    producer._message_accumulator.fail_all(error)  # noqa: SLF001
    sender = producer._sender.sender_task  # noqa: SLF001
    if sender is not None:
        sender.cancel()
    with suppress(KafkaError, TimeoutError):
        await asyncio.wait_for(producer.stop(), timeout_seconds)


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> frozenset[int]:
    """The partitions that a topic has, asked of the broker; raises UnknownTopicOrPartitionError."""
    numbers: set[int] = await consumer._client._wait_on_metadata(topic)  # noqa: SLF001
    return frozenset(numbers)
