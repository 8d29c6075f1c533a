"""The store of device-sync is lost or damaged: it is only a cache, and comes back from the signer's topics."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.topics import LICENSE_FILES, topic_name
from dev.demo.story import Story
from dev.stack.parts import PARTS, Kit
from tests.support.campaign import LONG
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, working
from tests.support.readiness import until_ready
from tests.support.reading import records_of
from tests.support.recovery import measured
from tests.support.running import a_stocked_story

pytestmark = pytest.mark.campaign
BOXES = 20 if LONG else 3


def _gone(store: Path) -> None:
    for file in store.parent.glob(f"{store.name}*"):
        file.unlink()


def _damaged(store: Path) -> None:
    """A page in the middle is overwritten."""
    content = bytearray(store.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = secrets.token_bytes(4096)
    store.write_bytes(content)


def _overwritten(store: Path) -> None:
    store.write_bytes(secrets.token_bytes(64 * 1024))


@pytest.fixture
def stories(kit: Kit) -> Iterator[list[Story]]:
    """Boxes that have their file."""
    with a_story_with_many_ports(kit) as busy:
        told = [busy]
        for _ in range(BOXES):
            with a_stocked_story(kit.state) as story:
                story.firmware().sync_to(story.sequence)
                told.append(story)
        yield told


@pytest.mark.parametrize("loss", [_gone, _damaged, _overwritten], ids=["gone", "damaged", "overwritten"])
async def test_boxes_get_their_files_as_before_when_the_store_of_device_sync_was_lost(
    kit: Kit, stories: list[Story], loss: Callable[[Path], None]
) -> None:
    busy, *quiet = stories
    free, partners = busy.balance()["Port11"], Partners(kit, busy)
    before = {story.serial: story.box().license_file_path.read_bytes() for story in quiet}
    device_sync = next(kit.make(part) for part in PARTS if part.name == "device-sync")
    async with working(partners):
        await asyncio.to_thread(device_sync.stop)
        loss(kit.state / "device-sync.sqlite")
        size = await _documents(kit)
        with measured(f"the store of device-sync {loss.__name__[1:]}: from its start to ready", size=size):
            device_sync.launch()
            await asyncio.to_thread(device_sync.wait, lambda _: None)
        after = {story.serial: await asyncio.to_thread(_file, story) for story in quiet}
    assert after == before, "byte for byte, to each box that asks without saying what it has"
    assert {story.serial: _asked_again(story) for story in quiet} == dict.fromkeys(before, 304)
    await check_partners(kit, busy, partners, free)
    await asyncio.to_thread(until_ready, kit)


def _file(story: Story) -> bytes:
    return story.firmware().ask("GET", "license-file").body


def _asked_again(story: Story) -> int:
    etag = (story.box().folder / "etag").read_text()
    return story.firmware().ask("GET", "license-file", headers={"If-None-Match": etag}).status


async def _documents(kit: Kit) -> str:
    signer, partitions = kit.broker().connection("signer"), range(LICENSE_FILES.partitions)
    records = await records_of(signer, topic_name(LICENSE_FILES), partitions)
    return f"{len(records):,} license files of {len({record.key for record in records}):,} boxes"
