"""Says on device.activity that devices were seen: once in some minutes each, and never in the way of an answer.

What could not be written yet is kept, the newest of each device; what has not been written when the process ends is
lost, and the device's next sighting is written in its place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from contracts.device_activity import COALESCED
from runtime import retry
from runtime.logs import get_logger

MAX_REMEMBERED = 200_000
"""Devices whose last record is remembered, some 30 MB: beyond that the longest ago may write one too early."""
GATHER_SECONDS = 1.0
"""Sightings of this long are written at once."""
AGAIN_SECONDS = 5.0
"""Pause after an attempt that failed, such as while the broker is away."""

Clock = Callable[[], datetime]
Sightings = Mapping[tuple[int, str], datetime]
"""When devices were seen, by ledger and serial."""
LedgerOf = Callable[[str], int | None]
"""The ledger whose files a device gets, if one has any for it."""
Publish = Callable[[Sightings], Awaitable[None]]
"""Durable when it returns; raises Trouble."""

_log = get_logger("device_sync.activity")


class Activity:
    """Sightings of devices, gathered and coalesced."""

    def __init__(
        self, publish: Publish, ledger_of: LedgerOf, clock: Clock, *, gather_seconds: float = GATHER_SECONDS
    ) -> None:
        self._publish = publish
        self._ledger_of = ledger_of
        self._clock = clock
        self._gather_seconds = gather_seconds
        self._told: dict[str, datetime] = {}
        self._waiting: dict[tuple[int, str], datetime] = {}
        self._awake = asyncio.Event()

    def seen(self, serial: str) -> None:
        """Note that this device is seen now, if it has come into a project."""
        now = self._clock()
        self._forget(now)
        if serial in self._told or (ledger := self._ledger_of(serial)) is None:
            return
        if len(self._told) >= MAX_REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[serial] = now
        if (ledger, serial) in self._waiting or len(self._waiting) < MAX_REMEMBERED:
            self._waiting[ledger, serial] = now
        self._awake.set()

    async def run(self) -> None:
        """Write what is seen, until cancelled."""
        while True:
            await self._awake.wait()
            await asyncio.sleep(self._gather_seconds)
            await retry.until_done(self._write, pause_seconds=AGAIN_SECONDS, noted=_note)

    async def _write(self) -> None:
        self._awake.clear()
        batch = dict(self._waiting)
        await self._publish(batch)
        self._waiting = {device: seen for device, seen in self._waiting.items() if batch.get(device) != seen}

    def _forget(self, now: datetime) -> None:
        """Let go of those whose time is over; they came first."""
        while self._told:
            oldest = next(iter(self._told))
            if now - self._told[oldest] < COALESCED:
                return
            del self._told[oldest]


def _note(reason: Exception) -> None:
    _log.warning("activity_waits", reason=str(reason))
