"""An upgrade and a way back: processes of an earlier version and of this one work on one log, at the same time."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.outcomes import Accepted
from dev.demo.story import Story, counted
from dev.stack.parts import PARTS, Kit
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import Client, all_records, allocation, chain_of, check_told
from tests.support.ledger.writer_process import at_work, listening
from tests.support.readiness import until_ready
from tests.support.signer.process import SignerProcess, until
from tests.support.versions import Sources, Version, checkout

pytestmark = pytest.mark.campaign
EARLIER = os.environ.get("EARLIER_VERSION", "HEAD~20")
"""What is upgraded from; a release names the one before."""
THIS = Sources()
WRITERS = ("ledger-writer", "rma-writer")
READERS = ("ledger-projector", "rma-projector", "ledger-api", "rma-api", "device-sync")
"""They are rolled: for some time there are both versions of each."""
REPLACED = ("signer", "rma-process-manager")
"""They end before the other version starts."""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    with checkout(EARLIER, tmp_path_factory.mktemp("earlier") / "checkout") as sources:
        yield sources


@pytest.fixture
def signer(tmp_path: Path, kafka_topics: KafkaTopics) -> Iterator[SignerProcess]:
    folder = tmp_path / "signer"
    folder.mkdir()
    process = SignerProcess(folder, kafka_topics)
    yield process
    process.end()


async def test_an_upgrade_and_a_way_back_lose_nothing_and_answer_all(
    kafka_topics: KafkaTopics, signer: SignerProcess, earlier: Sources, tmp_path: Path
) -> None:
    async with listening(kafka_topics) as client:
        signer.start(sources=earlier.path)
        async with at_work(kafka_topics, tmp_path / "first.log", earlier.path):
            await client.begin()
            await _allocate(client, signer)
            signer.stop()
            signer.start()  # readers first
            await _allocate(client, signer)
        async with at_work(kafka_topics, tmp_path / "second.log", THIS.path):
            await _allocate(client, signer)
            await _repeat_all(client)
        async with at_work(kafka_topics, tmp_path / "third.log", earlier.path):  # and back, the writer first
            await _allocate(client, signer)
            signer.stop()
            signer.start(sources=earlier.path)
            await _allocate(client, signer)
            await _repeat_all(client)
    entries = chain_of(await all_records(kafka_topics))
    check_told(client, entries)
    assert len(entries) == 5 + 5


@pytest.fixture
def versions(kit: Kit, earlier: Sources) -> Iterator[tuple[Version, Version]]:
    """The earlier one and this one; the stack's own processes stand aside."""
    own = [kit.make(part) for part in PARTS if part.name in (*WRITERS, *READERS, *REPLACED)]
    for process in own:
        process.stop()
    both = Version(kit, "earlier", earlier), Version(kit, "later", THIS)
    try:
        yield both
    finally:
        for version in both:
            version.end()
        for process in own:
            process.launch()
        for process in own:
            process.wait(print)
        until_ready(kit)


@pytest.mark.timeout(900)
def test_processes_of_both_versions_work_side_by_side_on_the_way_there_and_back(
    versions: tuple[Version, Version],
) -> None:
    old, new = versions
    old.start(*WRITERS, *READERS, *REPLACED)
    _is_told(old)

    old.stop(*REPLACED)
    new.start(*REPLACED, *READERS)
    _is_told(old, new)
    _is_told(new, old)
    new.start(*WRITERS)
    old.stop(*WRITERS)
    _is_told(old, new)
    _is_told(new, old)
    old.stop(*READERS)
    _is_told(new)

    old.start(*WRITERS)  # and back, the writers first
    new.stop(*WRITERS)
    _is_told(new)
    new.stop(*REPLACED)
    old.start(*REPLACED, *READERS)
    _is_told(new, old)
    _is_told(old, new)
    new.stop(*READERS)
    _is_told(old)


def _is_told(to: Version, *others: Version) -> None:
    """The main job and a case of RMA, asked of one version; the other one says the same of them."""
    with to.story() as story:
        for step in (Story.a_key_is_issued, Story.a_partner_redeems_it, Story.licenses_are_allocated):
            step(story)
        assert story.firmware().sync_to(story.sequence).sequence == story.sequence
        assert counted(story.firmware().give_back().credited) == {"Port11": 20}
        case = story.cases.file(story.serial)
        story.cases.received(case)
        swapped = story.cases.replaced(case, f"009033{secrets.token_hex(3)}")
        ended = story.cases.sent_back(case)
        story.serial, story.sequence = swapped["replacement"] or "", swapped["swap_sequence"] or 0
        file = story.firmware().sync_to(story.sequence)
        assert counted(file.licenses) == {"Channel": 4}
        for other in others:
            _says_the_same(other, story, ended["rma"])
        story.a_replay_gives_the_same_balances()


def _says_the_same(version: Version, told: Story, rma: str) -> None:
    with version.story() as story:
        story.project, story.serial, story.sequence = told.project, told.serial, told.sequence
        assert story.balance() == told.balance()
        assert _agree(story.partner.get_device(told.serial), told.partner.get_device(told.serial))
        case = told.cases.partner.get_case(rma)
        assert _agree(story.cases.partner.get_case(rma, at_least=case["sequence"]), case)
        assert story.firmware().ask("GET", "license-file").body == told.firmware().ask("GET", "license-file").body


def _agree(one: Any, other: Any) -> bool:
    """Whether two versions say the same: the later one may have further members, and neither lacks any of the other."""
    match one, other:
        case dict(), dict():
            names: set[str] = one.keys() & other.keys()
            return len(names) == min(len(one), len(other)) and all(_agree(one[name], other[name]) for name in names)
        case list(), list():
            return len(one) == len(other) and all(map(_agree, one, other))
        case _:
            return bool(one == other)


async def _allocate(client: Client, signer: SignerProcess) -> None:
    """One more allocation, decided and signed."""
    outcome = await client.ask(client.command(*allocation()))
    assert isinstance(outcome, Accepted)
    size = f'licensing_signer_checkpoint_size{{ledger="0"}} {outcome.sequence}.0'
    await until(lambda: size in signer.get("/metrics")[1], seconds=60)


async def _repeat_all(client: Client) -> None:
    """Each command again: the answer is the one that it had, whoever gave that; only the first one names an issue."""
    for record in list(client.asked):
        (first, *_) = client.told[record.command_id]
        again = await client.ask(record)
        assert again == first.model_copy(update={"repeated": True, "issue": None})
