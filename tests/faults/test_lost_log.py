"""The log is lost with all its topics: the backup brings it back, offset by offset, and the ledger goes on."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.log.chain import Orphan
from contracts.outcomes import Accepted
from contracts.topics import EVENTS
from dev.stack import topics
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from operations.entrypoints import command_line
from operations.entrypoints.settings import OperationsSettings
from runtime.kafka import Record
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import PROJECT, SERIAL, STOCK, Client, allocation, chain_of, check_told
from tests.support.ledger.writer_process import at_work, listening
from tests.support.reading import records_of
from tests.support.recovery import measured
from tests.support.signer.process import SignerProcess, until

ASKING_AT_ONCE = 5
ALLOCATIONS = 4_000 if LONG else 40
ADMINISTRATOR = "administrator"


class Operator:
    """Runs licensingctl on these topics."""

    def __init__(self, kafka_topics: KafkaTopics, folder: Path, log_keys: Path) -> None:
        self._topics, self.backup, self._log_keys = kafka_topics, folder / "backup", log_keys

    async def run(self, *arguments: str, user: str = "backup", exits: int = 0) -> Any:
        said = self._topics.settings(user) | {"log_keys_file": self._log_keys}
        parsed = command_line.parser().parse_args(["--output", "json", *arguments])
        code, text = await command_line.answered(parsed, OperationsSettings.model_validate(said))
        assert code == exits, text
        return json.loads(text) if exits == 0 else text

    async def back_up(self) -> int:
        """How many records it added."""
        answer = await self.run("backup", str(self.backup))
        return sum(int(one["added"]) for one in answer["partitions"])

    async def restore(self, *more: str) -> dict[str, int]:
        """How many records it wrote, and how many were there."""
        answer = await self.run("restore", str(self.backup), *more, user=ADMINISTRATOR)
        return {what: sum(int(one[what]) for one in answer["partitions"]) for what in ("written", "present")}


@pytest.fixture
def signer(tmp_path: Path, kafka_topics: KafkaTopics) -> Iterator[SignerProcess]:
    folder = tmp_path / "signer"
    folder.mkdir()
    process = SignerProcess(folder, kafka_topics)
    yield process
    process.end()


@asynccontextmanager
async def under_load(client: Client) -> AsyncGenerator[None]:
    """Partners allocate a port at a time, meanwhile."""
    stop = asyncio.Event()

    async def ask() -> None:
        while not stop.is_set():
            await client.ask(client.command(*allocation()))

    async with asyncio.TaskGroup() as group:
        for _ in range(ASKING_AT_ONCE):
            group.create_task(ask())
        yield
        stop.set()


async def test_a_log_that_was_lost_comes_back_from_its_backup_and_goes_on(
    kafka_topics: KafkaTopics, signer: SignerProcess, tmp_path: Path
) -> None:
    operator = Operator(kafka_topics, tmp_path, signer.keys / "public" / "log-0.vkey")
    signer.start()
    async with listening(kafka_topics) as client, at_work(kafka_topics, tmp_path / "before.log"):
        await client.begin()
        async with under_load(client):
            await client.heard_of(ALLOCATIONS // 2)
            assert await operator.back_up() > 0
            await client.heard_of(ALLOCATIONS)
            assert await operator.back_up() > 0
    before = await _log(kafka_topics)
    await _signed(signer, len(before))
    assert await operator.back_up() > 0
    assert await operator.back_up() == 0
    signer.stop()

    await _lose(kafka_topics)
    assert "restore it" in await operator.run("backup", str(operator.backup), exits=1)
    planned = await operator.restore("--dry-run")
    assert (await _log(kafka_topics), planned["present"]) == ([], 0)
    with measured("a log and all its topics lost: restore of the backup", size=f"{len(before):,} entries"):
        assert await operator.restore() == planned
    assert await operator.restore() == {"written": 0, "present": planned["written"]}

    assert [_content(one) for one in await _log(kafka_topics)] == [_content(one) for one in before]
    live, kept = [(await operator.run("verify", *where))["logs"] for where in ((), (str(operator.backup),))]
    assert live == kept
    assert (live[0]["sequence"], live[0]["checkpoint"], live[0]["orphans"]) == (len(before), len(before), 0)

    signer.start()
    async with listening(kafka_topics, client.address) as later, at_work(kafka_topics, tmp_path / "after.log"):
        (first,) = client.told[client.asked[-1].command_id]
        assert await later.ask(client.asked[-1]) == first.model_copy(update={"repeated": True, "issue": None})
        new = await later.ask(later.command(*allocation()))
    assert isinstance(new, Accepted)
    assert new.sequence == len(before) + 1
    await _signed(signer, new.sequence)
    values = [record.value or b"" for record in await _log(kafka_topics)]
    for one in (client, later):
        check_told(one, chain_of(values))
    _balances_are_right(values, allocated=new.sequence - 5)
    refused = await operator.run("restore", str(operator.backup), user=ADMINISTRATOR, exits=4)
    assert "delete the topic" in refused


async def _lose(kafka_topics: KafkaTopics) -> None:
    """All topics are deleted, and made again as they are declared."""
    await topics.delete_all(kafka_topics.broker, kafka_topics.prefix)
    await topics.create(kafka_topics.broker, prefix=kafka_topics.prefix)


async def _signed(signer: SignerProcess, sequence: int) -> None:
    size = f'licensing_signer_checkpoint_size{{ledger="0"}} {sequence}.0'
    await until(lambda: size in signer.get("/metrics")[1], seconds=90)


def _content(record: Record) -> tuple[object, ...]:
    return (record.offset, record.key, record.value, record.headers, record.timestamp)


async def _log(kafka_topics: KafkaTopics) -> list[Record]:
    return await records_of(kafka_topics.connection("auditor"), kafka_topics.name(EVENTS))


def _balances_are_right(values: list[bytes], allocated: int) -> None:
    replay = LedgerReplica.of(ledger_log(0))
    assert not any(isinstance(replay.read(value), Orphan) for value in values)
    assert replay.state.projects[PROJECT].free.get("Port11", 0) == STOCK - allocated
    assert replay.state.devices[SERIAL].holdings.get("Port11", 0) == allocated
