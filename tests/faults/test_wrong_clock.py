"""The clock of one process jumps by an hour, either way: no entry has a wrong time, nobody hears a wrong answer."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from contracts.events.replacements import DeviceReplaced
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import OrderReplacement, ReceiveDevice
from contracts.topics import EVENTS
from dev.stack.settings import environment
from tests.support.kafka_topics import KafkaTopics
from tests.support.killed import Killed, running
from tests.support.ledger import sending, writer_process
from tests.support.ledger.load import Client, all_records, allocation, chain_of, check_told
from tests.support.moved_clock import MovedClock
from tests.support.rma import at_work
from tests.support.signer.process import free_port, until

pytestmark = pytest.mark.topics_of("ledger-writer", "rma-writer", "rma")

HOUR = 3600
AHEAD = "the own clock is further ahead of the broker's than the topic allows"
BEHIND = "s behind its last entry"
ANSWER_SECONDS = 120.0


class Watched(Killed):
    """A process with a clock of its own, and what it says of itself."""

    def __init__(self, program: str, settings: dict[str, str], folder: Path, port: int, seconds: int = 0) -> None:
        self.clock = MovedClock(folder, name=f"{program}-{port}", seconds=seconds)
        super().__init__(program, settings | self.clock.environment, folder / f"{program}-{port}.log")
        self._readiness = f"http://127.0.0.1:{port}/readyz"

    async def says(self, words: str, status: int = 503) -> None:
        """Return once it does."""
        await until(lambda: self._said(words, status), seconds=ANSWER_SECONDS)

    def _said(self, words: str, status: int) -> bool:
        try:
            answer = httpx.get(self._readiness, timeout=5)
        except httpx.TransportError:
            return False
        return answer.status_code == status and words in answer.text


def writer(topics: KafkaTopics, folder: Path, seconds: int = 0) -> Watched:
    port = free_port()
    return Watched("ledger-writer", writer_process.settings(topics, folder, admin_port=port), folder, port, seconds)


def manager(topics: KafkaTopics, folder: Path) -> Watched:
    port, key = free_port(), sending.public_key_file(folder)
    said = {"admin_port": port, "log_level": "warning", "writer_key_file": key, "ledger_writer_key_file": key}
    return Watched("rma-process-manager", environment(topics.settings("rma") | said), folder, port)


def ask(client: Client) -> asyncio.Task[Accepted | Rejected]:
    """A partner allocates a port, and asks again until there is an answer."""
    return asyncio.create_task(client.ask(client.command(*allocation()), within_seconds=ANSWER_SECONDS))


async def test_a_writer_whose_clock_is_wrong_answers_nobody_until_it_is_right(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    began, only = datetime.now(UTC), writer(kafka_topics, tmp_path, seconds=-2 * HOUR)
    async with writer_process.listening(kafka_topics) as client, running(only):
        beginning = asyncio.create_task(client.begin())
        await only.says(BEHIND)
        assert client.told == {}, "no entry says what time it is, but the commands do"
        only.clock.set(0)
        await beginning

        told = len(client.told)
        only.clock.set(HOUR)
        asking = ask(client)
        await only.says(AHEAD)
        assert (len(client.told), asking.done()) == (told, False), "by this clock, the partner's token has expired"
        only.clock.set(0)
        assert isinstance(await asking, Accepted)
        await only.says("leads [0]", status=200)
        await _times_are_right(kafka_topics, client, since=began)


@pytest.mark.campaign
async def test_a_writer_whose_clock_jumps_back_leaves_the_log_to_one_whose_clock_is_right(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    began, one, other = datetime.now(UTC), writer(kafka_topics, tmp_path), writer(kafka_topics, tmp_path)
    async with writer_process.listening(kafka_topics) as client, running(one):
        await client.begin()
        told = len(client.told)
        one.clock.set(-HOUR)
        asking = ask(client)
        await one.says(BEHIND)
        assert (len(client.told), asking.done()) == (told, False)
        async with running(other):
            assert isinstance(await asking, Accepted)
            await one.says(BEHIND)
            one.clock.set(0)
            await one.says("follows all of [0]", status=200)
            assert isinstance(await ask(client), Accepted)
        assert isinstance(await ask(client), Accepted)
        await _times_are_right(kafka_topics, client, since=began)


@pytest.mark.campaign
async def test_a_process_manager_whose_clock_is_ahead_swaps_nothing_until_it_is_right(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    only = manager(kafka_topics, tmp_path)
    async with at_work.desks_at_work(kafka_topics, tmp_path) as (desk,), running(only):
        rma = await desk.files()
        await desk.does(ReceiveDevice(rma=rma, serial=at_work.SERIAL))
        only.clock.set(HOUR)
        await desk.does(OrderReplacement(rma=rma, replacement=at_work.SPARE, finding="The board is burnt."))
        await only.says(AHEAD)
        assert await _swaps(desk) == 0
        only.clock.set(-HOUR)
        await desk.until(rma, "replaced")
        await only.says("", status=200)
        assert await _swaps(desk) == 1


async def _times_are_right(topics: KafkaTopics, client: Client, *, since: datetime) -> None:
    values = await all_records(topics)
    entries = chain_of(values)
    check_told(client, entries)
    assert len(values) == len(entries), "nobody wrote beside another"
    assert all(since <= entry.time <= datetime.now(UTC) for entry in entries)


async def _swaps(desk: at_work.Desk) -> int:
    entries = chain_of(await desk.records(EVENTS))
    return sum(isinstance(entry.data, DeviceReplaced) for entry in entries)
