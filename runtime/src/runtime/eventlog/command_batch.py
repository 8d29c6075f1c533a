"""Commands as they come from their topics: many at once, where many wait."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from runtime.eventlog.definition import Command
from runtime.eventlog.ports import Position


@dataclass(frozen=True, slots=True)
class CommandBatch(Generic[Command]):
    """Commands in the order of their topics, and the position after the last of them.

    After one that `is_last` the term is over; it may hold nothing.
    """

    commands: Sequence[Command]
    position: Position
    is_last: bool = False


async def gathered(batches: asyncio.Queue[CommandBatch[Command]]) -> CommandBatch[Command]:
    """All that waits, as one batch."""
    batch = await batches.get()
    while not batches.empty():
        more = batches.get_nowait()
        commands, position = [*batch.commands, *more.commands], {**batch.position, **more.position}
        batch = CommandBatch(commands, position, batch.is_last or more.is_last)
    return batch
