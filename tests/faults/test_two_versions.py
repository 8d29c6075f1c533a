"""An upgrade and a way back: processes of an earlier version and of this one work on one log, one after the other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.outcomes import Accepted
from dev.stack.places import ROOT
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import Client, all_records, allocation, chain_of, check_told
from tests.support.ledger.writer_process import at_work, listening
from tests.support.signer.process import SignerProcess, until

EARLIER = os.environ.get("EARLIER_VERSION", "HEAD~20")
"""What is upgraded from; a release names the one before."""
PACKAGES = ("schemas", "runtime", "services/ledger", "services/signer")
THIS = ""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sources of the earlier version, for Python's path."""
    folder = tmp_path_factory.mktemp("earlier") / "checkout"
    _git("worktree", "add", "--quiet", "--detach", str(folder), EARLIER)
    sources = os.pathsep.join(str(folder / package / "src") for package in PACKAGES)
    assert all(_imports(sources, name).startswith(str(folder)) for name in ("contracts", "runtime", "ledger", "signer"))
    yield sources
    _git("worktree", "remove", "--force", str(folder))


@pytest.fixture
def signer(tmp_path: Path, kafka_topics: KafkaTopics) -> Iterator[SignerProcess]:
    folder = tmp_path / "signer"
    folder.mkdir()
    process = SignerProcess(folder, kafka_topics)
    yield process
    process.end()


@pytest.mark.campaign
async def test_an_upgrade_and_a_way_back_lose_nothing_and_answer_all(
    kafka_topics: KafkaTopics, signer: SignerProcess, earlier: str, tmp_path: Path
) -> None:
    async with listening(kafka_topics) as client:
        signer.start(sources=earlier)
        async with at_work(kafka_topics, tmp_path / "first.log", earlier):
            await client.begin()
            await _allocate(client, signer)
            signer.stop()
            signer.start()  # readers first
            await _allocate(client, signer)
        async with at_work(kafka_topics, tmp_path / "second.log", THIS):
            await _allocate(client, signer)
            await _repeat_all(client)
        async with at_work(kafka_topics, tmp_path / "third.log", earlier):  # and back, the writer first
            await _allocate(client, signer)
            signer.stop()
            signer.start(sources=earlier)
            await _allocate(client, signer)
            await _repeat_all(client)
    entries = chain_of(await all_records(kafka_topics))
    check_told(client, entries)
    assert len(entries) == 5 + 5


async def _allocate(client: Client, signer: SignerProcess) -> None:
    """One more allocation, decided and signed."""
    outcome = await client.ask(client.command(*allocation()))
    assert isinstance(outcome, Accepted)
    size = f'licensing_signer_checkpoint_size{{ledger="0"}} {outcome.sequence}.0'
    await until(lambda: size in signer.get("/metrics")[1], seconds=60)


async def _repeat_all(client: Client) -> None:
    """Each command again: the answer is the one that it had, whoever gave that."""
    for record in list(client.asked):
        (first, *_) = client.told[record.command_id]
        again = await client.ask(record)
        assert again == first.model_copy(update={"repeated": True})


def _imports(sources: str, module: str) -> str:
    """The file that Python takes a module from with these sources."""
    program = f"import {module}; print({module}.__file__)"
    done = subprocess.run(
        (sys.executable, "-c", program), env={"PYTHONPATH": sources}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _git(*arguments: str) -> None:
    subprocess.run(("git", "-C", str(ROOT), *arguments), check=True, capture_output=True)
