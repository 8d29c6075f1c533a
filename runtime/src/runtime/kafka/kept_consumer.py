"""What all readers share: a consumer that is connected on first use, and again after it was let go."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer

from runtime.kafka.aiokafka_internals import end
from runtime.kafka.connection import REQUEST_SECONDS


class KeptConsumer:
    """One consumer of aiokafka at a time; `connect` makes and starts it. `current` is None while there is none."""

    def __init__(self, connect: Callable[[], Awaitable[AIOKafkaConsumer]]) -> None:
        self._connect = connect
        self._connecting = asyncio.Lock()
        self.current: AIOKafkaConsumer | None = None

    async def connected(self) -> AIOKafkaConsumer:
        """The consumer; whoever comes while it connects waits for the same one."""
        async with self._connecting:
            if self.current is None:
                self.current = await self._connect()
            return self.current

    async def let_go(self) -> None:
        """Stop the consumer, if there is one; the next call to `connected` makes a new one."""
        async with self._connecting:
            consumer, self.current = self.current, None
        if consumer is not None:
            await end(consumer, REQUEST_SECONDS)

    async def drop(self, consumer: AIOKafkaConsumer) -> None:
        """Stop this consumer; a newer one that others use by now stays."""
        if self.current is consumer:
            self.current = None
        await end(consumer, REQUEST_SECONDS)
