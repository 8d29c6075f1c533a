"""The runbook of a stopped signer, rehearsed: an unlawful entry comes to the log, and the ledger goes on without it."""

import asyncio
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.events.devices import LicensesAllocated
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.chain import LedgerChain
from contracts.log.entries import encode_entry
from contracts.topics import EVENTS, topic_name
from dev.demo.story import Story, wanted
from dev.stack import topics
from dev.stack.cli import Stack
from dev.stack.parts import PARTS, Kit
from dev.stack.service import SCRIPTS
from dev.stack.settings import admin_port_name, settings
from runtime.kafka import Connection, PartitionTail, Producer
from simulator.cast import PARTNER
from tests.support.running import a_stocked_story, whole_stack

LOG = topic_name(EVENTS)
READERS_AND_WRITERS = ("device-sync", "ledger-api", "ledger-writer", "ledger-projector", "signer")
PATIENCE_SECONDS = 30.0


@pytest.fixture
def own_kit(state: Path) -> Iterator[Kit]:
    with whole_stack(state / "signer-stopped") as kit:
        yield kit


@pytest.fixture
def story(own_kit: Kit) -> Iterator[Story]:
    with a_stocked_story(own_kit.state) as story:
        yield story


async def log_of(kit: Kit) -> list[bytes]:
    """The whole partition, as the runbook says to save it."""
    values: list[bytes] = []
    async with PartitionTail(Connection(kit.broker().address), LOG, 0, 0) as tail:
        end = await tail.end_offset()
        while tail.next_offset < end:
            values += [record.value or b"" for record in await tail.next_batch()]
    return values


async def append(kit: Kit, values: Sequence[bytes]) -> None:
    async with Producer(Connection(kit.broker().address), client_id="somebody") as producer:
        await producer.send_many(LOG, 0, [(b"0", value, ()) for value in values])


def more_than_there_is(story: Story, values: Sequence[bytes]) -> bytes:
    """The next entry, by somebody who got at the topic: more ports on the device than the project has."""
    chain = LedgerChain(0)
    for value in values:
        chain.accept(value)
    lots = (Lot(license_type="Channel", license_class="gateway", count=4),)
    ports = (Lot(license_type="Port11", license_class="pbx", count=51),)
    device = DeviceLicenses(serial=story.serial, project=story.project, generation=1, issue=3, licenses=(*lots, *ports))
    taken = (Lot(license_type="Port11", license_class="pbx", count=31),)
    return encode_entry(
        LicensesAllocated(company=PARTNER, lots=taken, device=device),
        ledger=0,
        sequence=chain.sequence + 1,
        prev=chain.head,
        at=datetime.now(UTC),
        command_id="f" * 64,
        command_hash="f" * 64,
        actor="service:somebody",
        correlation_id="forged",
    )


def readiness(kit: Kit, part: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{kit.ports.port(admin_port_name(part))}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def reason_why_it_stopped(kit: Kit) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status, said = readiness(kit, "signer")
        if status == 503 and "stopped" in said:
            return said
        time.sleep(0.1)
    raise AssertionError("the signer went on")


def stop(kit: Kit, *names: str) -> None:
    for part in PARTS:
        if part.name in names:
            kit.make(part).stop()


def rebuild(kit: Kit) -> None:
    environment = os.environ | settings("ledger-projector", kit.stack())
    subprocess.run([SCRIPTS / "ledger-projector", "rebuild"], env=environment, check=True, timeout=60)


def allocate(story: Story, key: str) -> dict[str, Any]:
    body = {"serial": story.serial, "licenses": wanted({"Voicemail11": 1})}
    return story.partner.post(f"/v1/projects/{story.project}/allocations", body, key=key)


def test_the_ledger_goes_back_to_its_last_lawful_entry_and_on_from_there(own_kit: Kit, story: Story) -> None:
    kit = own_kit
    lawful = asyncio.run(log_of(kit))
    asyncio.run(append(kit, [more_than_there_is(story, lawful)]))

    said = reason_why_it_stopped(kit)
    assert f"entry {len(lawful) + 1} breaks account_negative" in said
    void = allocate(story, "asked-in-the-meantime")
    assert void["sequence"] == len(lawful) + 2

    stop(kit, *READERS_AND_WRITERS)
    asyncio.run(topics.delete(kit.broker().address, [LOG]))
    asyncio.run(topics.create(kit.broker().address))
    asyncio.run(append(kit, lawful))
    rebuild(kit)
    Stack(kit.state, say=lambda _: None).up()

    again = allocate(story, "asked-in-the-meantime")
    assert again["sequence"] == len(lawful) + 1
    story.sequence = again["sequence"]
    assert story.balance() == {"Port11": 30, "Voicemail11": 1}
    file = story.firmware().sync()
    assert file is not None
    assert {line.license_type: line.count for line in file.licenses} == {"Channel": 4, "Port11": 20, "Voicemail11": 1}
    assert file.sequence == again["sequence"]
