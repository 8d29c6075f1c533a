"""Where records go that cannot be used."""

from typing import Protocol

from runtime.kafka import Record


class PoisonBox(Protocol):
    """Keeps poison; durable when `put` returns."""

    async def put(self, record: Record, reason: str) -> None: ...
