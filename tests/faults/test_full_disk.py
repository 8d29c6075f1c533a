"""A full disk of the broker or of the database while partners work: nothing acknowledged is lost, nothing is wrong."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import pytest

from dev.demo.story import Story
from dev.stack.error import StackError
from dev.stack.parts import Kit
from dev.stack.postgres import Cluster
from tests.support import small_disk
from tests.support.announcing import is_spoken, speak
from tests.support.campaign import LONG
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, until, working
from tests.support.readiness import nobody_ended, readiness, says, until_ready
from tests.support.recovery import entries_of, measured
from tests.support.small_disk import SmallDisk

PATIENCE_SECONDS = 60.0
FULL_SECONDS = 60.0 if LONG else 0.0
"""How long it stays full after that was noticed."""

# Where a platform gives nobody a namespace of mounts there is no disk to fill; the reason is what it answered.
pytestmark = pytest.mark.skipif(small_disk.refusal() is not None, reason=str(small_disk.refusal()))


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_story_with_many_ports(kit) as story:
        yield story


async def test_a_full_disk_of_the_database_stops_the_rows_and_no_command(kit: Kit, story: Story) -> None:
    free, key = story.balance()["Port11"], secrets.token_hex(8)
    partners, disk = Partners(kit, story), small_disk.for_the_database(kit.state)
    await _has_room_for_its_log(kit.cluster())
    async with working(partners), full(disk):
        await until(lambda: says(kit, "ledger-projector", "the disk of the database is full"))
        before = len(partners.sequences)
        await until(lambda: len(partners.sequences) > before)
        answer = await asyncio.to_thread(speak, kit, key)  # the last page of its table may have room for it
        assert (answer.status_code, "retry-after" in answer.headers) in ((202, False), (503, True))
        nobody_ended(kit)
    with measured("the database had no room for rows: from room to all ready", size=await entries_of(kit)):
        await _all_is_well(kit, story, partners, free, key)


@pytest.mark.campaign
async def test_a_database_without_room_for_its_own_log_is_started_when_there_is_some(kit: Kit, story: Story) -> None:
    free, key = story.balance()["Port11"], secrets.token_hex(8)
    partners, cluster = Partners(kit, story), kit.cluster()
    async with AsyncExitStack() as work:
        await work.enter_async_context(working(partners))
        async with full(small_disk.for_the_database(kit.state)):
            await _uses_up_its_log(cluster)
            await until(lambda: partners.unavailable > 0)
            await asyncio.sleep(FULL_SECONDS)
            refused = await asyncio.to_thread(speak, kit, key)
            assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
            nobody_ended(kit)
        with measured(
            "the database had ended at a full disk: from its start to 20 commands", size=await entries_of(kit)
        ):
            await asyncio.to_thread(cluster.start, lambda _: None)
            await work.aclose()
    await _all_is_well(kit, story, partners, free, key)


async def test_a_full_disk_of_the_broker_ends_it_and_loses_nothing(kit: Kit, story: Story) -> None:
    free, key = story.balance()["Port11"], secrets.token_hex(8)
    partners, broker = Partners(kit, story), kit.broker()
    async with AsyncExitStack() as work:
        await work.enter_async_context(working(partners))
        size = await entries_of(kit)
        async with full(small_disk.for_the_broker(kit.state)):
            await until(lambda: not broker.process.is_alive())
            assert "No space left on device" in broker.process.log.read_text()
            refused = await asyncio.to_thread(speak, kit, key)
            assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
            await until(lambda: readiness(kit, "ledger-writer")[0] == 503)
            await until(lambda: partners.unavailable > 0)
            if LONG:
                with pytest.raises(StackError):
                    await asyncio.to_thread(broker.start, lambda _: None)
            await asyncio.sleep(FULL_SECONDS)
            nobody_ended(kit)
        with measured("the broker had ended at a full disk: from its start to 20 commands", size=size):
            await asyncio.to_thread(broker.start, lambda _: None)
            await work.aclose()
    await _all_is_well(kit, story, partners, free, key)


async def _has_room_for_its_log(cluster: Cluster) -> None:
    """Its log begins a new file, which has its whole size at once, and the next checkpoint by time is minutes away.

    Without either the database could end: both write what they cannot do without.
    """
    connection = await asyncpg.connect(cluster.url())
    try:
        await connection.execute("CHECKPOINT")
        await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("SELECT pg_create_restore_point('a new file')")
    finally:
        await connection.close()


async def _uses_up_its_log(cluster: Cluster) -> None:
    """Until it ends, as it cannot write down what it is about to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while cluster.process.is_alive():
        assert time.monotonic() < deadline, cluster.process.log_tail()
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(cluster.url(), timeout=5)
            try:
                await connection.execute("SELECT pg_switch_wal()")
            finally:
                connection.terminate()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def full(disk: SmallDisk) -> AsyncGenerator[None]:
    """There is no room meanwhile."""
    await asyncio.to_thread(disk.fill)
    try:
        yield
    finally:
        await asyncio.to_thread(disk.widen)


async def _all_is_well(kit: Kit, story: Story, partners: Partners, free: int, key: str) -> None:
    """By itself: no process of ours was started again."""
    await check_partners(kit, story, partners, free)
    await is_spoken(kit, key)
    await asyncio.to_thread(until_ready, kit)
