"""Broker and database away while partners work: every request succeeds, or says 503 and when to return."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator

import pytest

from dev.demo.story import Story
from dev.stack.parts import Kit
from tests.support import small_disk
from tests.support.announcing import is_spoken, speak
from tests.support.campaign import CRASHES, LONG
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners
from tests.support.recovery import entries_of, measured

BROKER_DOWN_SECONDS = 11.0  # longer than a request waits for its outcome, so that some say 503
DATABASE_DOWN_SECONDS = 3.0 if LONG else 1.0
CATCH_UP_SECONDS = 60.0
ELSEWHERE = [pytest.mark.campaign] if small_disk.refusal() is None else []
"""A broker that ends at its full disk under the same load is as good as killed: `make test` needs but one of them."""


async def _outage(
    partners: Partners, kit: Kit, what: str, stop: Callable[[], None], start: Callable[[], None], down_seconds: float
) -> None:
    """Work before, during and after something is away; whoever wants an announcement meanwhile gets it afterwards."""
    key = secrets.token_hex(8)
    done = asyncio.Event()
    working = asyncio.create_task(partners.work(done))
    await asyncio.sleep(1)
    size = await entries_of(kit)
    await asyncio.to_thread(stop)
    refused, _ = await asyncio.gather(asyncio.to_thread(speak, kit, key), asyncio.sleep(down_seconds))
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    with measured(f"{what}: from its start to 20 commands", size=size):
        await asyncio.to_thread(start)
        before = len(partners.sequences)
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while len(partners.sequences) < before + 20 and not working.done():
            assert time.monotonic() < deadline, "no allocation got through after the outage"
            await asyncio.sleep(0.1)
    done.set()
    await working
    await is_spoken(kit, key)


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_story_with_many_ports(kit) as story:
        yield story


@pytest.mark.parametrize("crash", [pytest.param(crash, id=name, marks=ELSEWHERE) for name, crash in CRASHES.items()])
async def test_the_broker_away_under_load_loses_nothing(kit: Kit, story: Story, crash: bool) -> None:
    free = story.balance()["Port11"]
    partners, broker = Partners(kit, story), kit.broker()
    await _outage(
        partners,
        kit,
        f"the broker {'killed' if crash else 'stopped'}",
        broker.kill if crash else broker.stop,
        lambda: broker.start(lambda _: None),
        BROKER_DOWN_SECONDS,
    )
    assert partners.unavailable > 0, "the outage was noticed"
    await check_partners(kit, story, partners, free)


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
async def test_the_database_away_under_load_loses_nothing(kit: Kit, story: Story, crash: bool) -> None:
    free = story.balance()["Port11"]
    partners, cluster = Partners(kit, story), kit.cluster()
    await _outage(
        partners,
        kit,
        f"the database {'killed' if crash else 'stopped'}",
        cluster.kill if crash else cluster.stop,
        lambda: cluster.start(lambda _: None),
        DATABASE_DOWN_SECONDS,
    )
    assert partners.unavailable > 0, "the outage was noticed"
    await check_partners(kit, story, partners, free)
