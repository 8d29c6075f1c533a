"""The log of RMA cases as the ledger's writer reads it: for the swaps that are ordered in them (ADR 21)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from contracts.actors import Service
from contracts.log.set_aside import is_about_entries, named
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent
from ledger.domain.ordered_swaps import NO_ORDERS, Orders, follow
from runtime.eventlog import IncomingCommand, PassingOver, ReadLog
from runtime.eventlog.log_follower import LogFollower

CaseFollower = LogFollower[Orders, RmaEvent]


class FollowedCases:
    """Implements Companion and KnownOrders. Only swaps that the RMA service asks for wait for it, and nothing else.

    Reading begins with the first of them, so a ledger without cases does no work for any.
    """

    def __init__(self, follower: CaseFollower) -> None:
        self._follower = follower
        self._asked_for = asyncio.Event()

    @property
    def holds_up(self) -> str:
        return ""

    @property
    def orders(self) -> Orders:
        return self._follower.state

    @property
    def trouble(self) -> str:
        return self._follower.trouble

    async def run(self) -> None:
        try:
            await self._asked_for.wait()
            await self._follower.run()
        finally:
            await self._follower.tail.close()

    async def begun(self) -> None:
        """A ledger decides without any cases."""

    async def look(self, commands: Sequence[IncomingCommand]) -> None:
        if any(isinstance(command.actor, Service) for command in commands):
            self._asked_for.set()
            await self._follower.look()


def followed_cases(ledger: int) -> ReadLog[Orders, RmaEvent]:
    """The log of one ledger's cases, from its first entry on."""
    return ReadLog(
        source=source_of(ledger),
        entries=RMA_ENTRIES,
        initial=NO_ORDERS,
        require_lawful=lambda _orders, _event: None,
        evolve=_evolve,
        set_aside=PassingOver(named=named, is_about=is_about_entries, passed=lambda orders: orders),
    )


def _evolve(orders: Orders, event: RmaEvent, /, *, at: datetime, by: str) -> Orders:  # noqa: ARG001 - the machine's
    return follow(orders, event)
