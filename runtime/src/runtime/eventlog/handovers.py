"""Hears of operators that a process is to hand its logs over (`licensingctl drain`).

A request is believed for where it lies: only operators may write there, and the process that it names is the only one
that takes it. What somebody could do with one is what a rebalance does, too.
"""

import time
from typing import Protocol

from contracts.handovers import NotAHandOver, decode_hand_over
from runtime import retry
from runtime.kafka import OffsetGone, PartitionTail, Record
from runtime.logs import get_logger
from runtime.trouble import Trouble

AGAIN_SECONDS = 5.0

_log = get_logger("runtime.eventlog")


class HandsOver(Protocol):
    """Who can hand its logs over, such as Leadership."""

    @property
    def member(self) -> str: ...
    def hand_over(self, now_ms: int) -> None: ...


class Handovers:
    """Reads the requests that come from now on."""

    def __init__(self, writer: str, tail: PartitionTail, leadership: HandsOver) -> None:
        self._writer = writer
        self._tail = tail
        self._leadership = leadership

    async def run(self) -> None:
        """Never returns. Without the topic, a writer is drained by ending it."""
        try:
            await retry.forever(self._hear, pause_seconds=AGAIN_SECONDS, noted=_note)
        finally:
            await self._tail.close()

    async def _hear(self) -> None:
        await self._tail.seek(await self._tail.end_offset())
        while True:
            try:
                for record in await self._tail.next_batch():
                    self._take(record)
            except OffsetGone as gone:
                raise Trouble(str(gone)) from gone

    def _take(self, record: Record) -> None:
        try:
            asked = decode_hand_over(record.value)
        except NotAHandOver as why:
            _log.warning("handover_unreadable", offset=record.offset, reason=str(why))
            return
        if asked.writer == self._writer and asked.member == self._leadership.member:
            _log.warning("handover_asked_for", by=asked.by, member=asked.member)
            self._leadership.hand_over(time.time_ns() // 1_000_000)


def _note(reason: Exception) -> None:
    _log.warning("handovers_unheard", reason=str(reason))
