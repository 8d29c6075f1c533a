"""Have the leading process of a writer hand its logs over to one that follows them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from contracts.access import group_of
from contracts.handovers import HandOver, Writer
from contracts.topics import HANDOVERS, topic_name
from runtime.kafka import Member, Partition, Record

LOOK_SECONDS = 0.1


class NotDrained(Exception):  # noqa: N818 - states the world
    """Nobody leads, or nobody could take over; nothing was asked for."""


class Members(Protocol):
    """Who is in a consumer group. Raises Trouble, or NotAllowed where this user may not see it."""

    async def members(self, group: str) -> Sequence[Member]: ...


class Appends(Protocol):
    """Writes records. Raises Trouble, or NotAllowed where this user may not write there."""

    async def append(self, partition: Partition, records: Sequence[Record]) -> None: ...


class Plan(NamedTuple):
    """Who leads the log, and who follows it and could lead: whoever is in the group has read it."""

    leader: Member
    standbys: tuple[Member, ...]


class Drained(NamedTuple):
    """Who led before, who leads now (nobody, if that took too long), and how long it took.

    It is taken over by one that was there as a standby; the process that led comes back as a new member.
    """

    before: Member
    now: Member | None
    is_taken_over: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Drain:
    """A log of a writer below a prefix: `number` is the ledger whose leading process is meant."""

    group: Members
    live: Appends
    prefix: str
    writer: Writer
    number: int

    async def plan(self, *, force: bool = False) -> Plan:
        """Raises NotDrained without a leader, and without a standby unless `force`."""
        members = await self._members()
        leader = self._leader(members)
        if leader is None:
            raise NotDrained(f"no {self.writer} leads ledger {self.number} now")
        standbys = tuple(one for one in members if one != leader)
        if not standbys and not force:
            raise NotDrained(f"only {leader.client} could lead ledger {self.number}: no standby has read it and joined")
        return Plan(leader, standbys)

    async def carry_out(self, plan: Plan, *, by: str, within_seconds: float) -> Drained:
        """Ask the leader, and wait until the log is another member's."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._ask(plan.leader, by)
        now = None
        while now is None and loop.time() - began < within_seconds:
            await asyncio.sleep(LOOK_SECONDS)
            found = self._leader(await self._members())
            now = found if found is not None and found.member != plan.leader.member else None
        known = {one.member for one in plan.standbys}
        is_taken_over = now is not None and (now.member in known or now.client != plan.leader.client)
        return Drained(plan.leader, now, is_taken_over, loop.time() - began)

    async def _members(self) -> Sequence[Member]:
        return await self.group.members(group_of(self.writer, self.prefix))

    def _leader(self, members: Sequence[Member]) -> Member | None:
        return next((one for one in members if any(held.number == self.number for held in one.partitions)), None)

    async def _ask(self, leader: Member, by: str) -> None:
        now = datetime.now(UTC)
        asked = HandOver(writer=self.writer, member=leader.member, by=by, time=now.isoformat(timespec="seconds"))
        partition = Partition(topic_name(HANDOVERS, self.prefix), 0)
        stamp_ms = int(now.timestamp() * 1000)
        await self.live.append(
            partition, [Record(*partition, 0, self.writer.encode(), asked.json_bytes(), (), stamp_ms)]
        )
