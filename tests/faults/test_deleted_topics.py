"""Topics that are no log are deleted by mistake while partners work: all that was on them is asked or made again."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from contracts.topics import COMMANDS, LICENSE_FILES, OUTCOMES, RETURN_RECEIPTS, topic_name
from dev.demo.story import Story
from dev.stack import topics
from dev.stack.parts import PARTS, Kit, Runnable
from dev.stack.service import SCRIPTS
from dev.stack.settings import settings
from tests.support.campaign import LONG
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, until, working
from tests.support.readiness import nobody_ended, says, until_ready
from tests.support.reading import records_of
from tests.support.recovery import entries_of, measured
from tests.support.running import a_stocked_story

DELETED = [topic_name(one) for one in (COMMANDS, OUTCOMES, LICENSE_FILES, RETURN_RECEIPTS)]
UNKNOWN = "the broker does not know the topic or partition"
REBUILD_SECONDS = 120.0
SIGNED_SECONDS = 120.0


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_story_with_many_ports(kit) as story:
        yield story


async def test_deleted_topics_are_made_anew_and_what_was_on_them_comes_back(kit: Kit, story: Story) -> None:
    free = story.balance()["Port11"]
    with a_stocked_story(kit.state) as quiet:
        key = f"0/{quiet.serial}".encode()
    before = await _files_with(kit, key)
    partners, broker = Partners(kit, story), kit.broker()
    async with AsyncExitStack() as work:
        await work.enter_async_context(working(partners))
        await topics.delete(broker, DELETED)
        await until(lambda: says(kit, "ledger-writer", "a topic of commands lacks partitions of ledgers [0]"))
        if LONG:
            await until(lambda: partners.unavailable > 0)
            await until(lambda: says(kit, "ledger-api", UNKNOWN))
        nobody_ended(kit)
        size = await entries_of(kit)
        with measured("topics of commands and outcomes deleted: from making them to 20 commands", size=size):
            await topics.create(broker)
            await work.aclose()
    await until(lambda: says(kit, "ledger-projector", "rebuild the rows"))
    with measured("license files deleted: from their topic made anew to all of them on it", size=size):
        _part(kit, "signer").stop()  # it would not notice by itself what it had not seen there yet
        _part(kit, "signer").launch()
        _rebuild(kit)
        until_ready(kit)
        after = await _files_with(kit, key)
    assert after[key] == before[key], "byte for byte"
    await check_partners(kit, story, partners, free)


async def _files_with(kit: Kit, *keys: bytes | None) -> dict[bytes | None, bytes | None]:
    """The newest license file of each device, once those of these are there; not every one comes back."""
    signer, partitions = kit.broker().connection("signer"), range(LICENSE_FILES.partitions)
    async with asyncio.timeout(SIGNED_SECONDS):
        while True:
            found = {one.key: one.value for one in await records_of(signer, topic_name(LICENSE_FILES), partitions)}
            if found.keys() >= set(keys):
                return found
            await asyncio.sleep(0.1)


def _part(kit: Kit, name: str) -> Runnable:
    return next(kit.make(part) for part in PARTS if part.name == name)


def _rebuild(kit: Kit) -> None:
    """As an operator does, beside the running one."""
    known = {"PATH": os.environ["PATH"]} | settings("ledger-projector", kit.stack())
    argv = (str(SCRIPTS / "ledger-projector"), "rebuild")
    subprocess.run(argv, env=known, check=True, capture_output=True, timeout=REBUILD_SECONDS)
