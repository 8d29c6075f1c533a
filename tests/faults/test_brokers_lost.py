"""One of three brokers is lost and nothing stops; two are lost, and all is refused until one is back."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from contracts.events.devices import LicensesAllocated
from contracts.topics import EVENTS
from dev.stack import topics
from tests.support.ledger.api_at_work import Api, a_ledger_at_work
from tests.support.ledger.load import all_records, chain_of
from tests.support.recovery import entries_on, measured
from tests.support.three_brokers import COPIES, IN_SYNC, ThreeBrokers, three_brokers

SERIAL = "009033010203"
PORTS = 9_999
ASKING_AT_ONCE = 6
PATIENCE_SECONDS = 120.0
NO_ANSWER_SECONDS = 5.0
"""How long nothing is accepted, once everybody has been refused."""


@pytest.fixture
async def cluster(state: Path) -> AsyncIterator[ThreeBrokers]:
    with three_brokers(state / f"three-{secrets.token_hex(2)}") as cluster:
        await _until(lambda: _are(cluster, len(cluster.numbers)))
        await topics.create_users(cluster.nodes[1])
        await topics.create(cluster.nodes[1], prefix=cluster.topics.prefix, copies=COPIES)
        yield cluster


class Load:
    """Partners allocate a port at a time, and ask again by the same key until they have an answer."""

    def __init__(self, api: Api, project: str) -> None:
        self._api, self._project = api, project
        self.accepted: list[int] = []
        self.refused = Counter[str]()

    async def work(self, stop: asyncio.Event) -> None:
        path, body = f"projects/{self._project}/allocations", _one_port()
        while not stop.is_set():
            key = secrets.token_hex(8)
            while (answer := await self._api.post(path, body, key=key)).status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                assert int(answer.headers["Retry-After"]) >= 1
                self.refused[answer.json()["code"]] += 1
                await asyncio.sleep(0.2)
            assert answer.status_code == HTTPStatus.CREATED, answer.text
            self.accepted.append(answer.json()["sequence"])

    async def more(self, commands: int) -> None:
        """Return when so many more have been accepted."""
        wanted = len(self.accepted) + commands
        await _until(lambda: _holds(len(self.accepted) >= wanted))


@asynccontextmanager
async def at_work(api: Api, project: str) -> AsyncGenerator[Load]:
    load, stop = Load(api, project), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(ASKING_AT_ONCE):
            group.create_task(load.work(stop))
        try:
            yield load
        finally:
            stop.set()


@pytest.mark.campaign
@pytest.mark.timeout(600)
async def test_one_broker_lost_stops_nothing_and_two_lost_refuse_all_and_lose_nothing(
    cluster: ThreeBrokers, fresh_database_url: str, tmp_path: Path
) -> None:
    async with a_ledger_at_work(cluster.topics, fresh_database_url, tmp_path) as api:
        project = await api.stocked_project(SERIAL, ports=PORTS)
        async with at_work(api, project) as load:
            await load.more(100)
            first = await cluster.leader()
            with measured("one broker of three killed, which led the log: to 20 commands", size=await _size(cluster)):
                cluster.nodes[first].kill()
                await load.more(20)
            await load.more(100)

            second = await cluster.leader()
            assert second != first
            cluster.nodes[second].kill()
            load.refused.clear()
            await _until(lambda: _holds(load.refused.total() >= 2 * ASKING_AT_ONCE))
            before = len(load.accepted)
            await asyncio.sleep(NO_ANSWER_SECONDS)
            assert len(load.accepted) == before, "what has too few copies is not acknowledged"
            assert set(load.refused) == {"service_unavailable"}

            with measured(
                "two brokers of three killed: from the start of one to 20 commands", size=f"{before:,} commands"
            ):
                await asyncio.to_thread(cluster.nodes[second].start, lambda _: None)
                await load.more(20)
            cluster.nodes[first].lose()
            size = await _size(cluster)
            with measured("a broker's disk replaced: from its start to all copies of all topics", size=size):
                await asyncio.to_thread(cluster.nodes[first].start, lambda _: None)
                await _until(lambda: _are_in_sync(cluster, COPIES))
            cluster.nodes[second].kill()
            await load.more(20)
        await _all_is_right(cluster, api, project, load)


async def _all_is_right(cluster: ThreeBrokers, api: Api, project: str, load: Load) -> None:
    """Each command that was acknowledged is on the log, once, and so are no others; the rows say the same."""
    entries = chain_of(await all_records(cluster.topics))
    allocated = [entry.sequence for entry in entries if isinstance(entry.data, LicensesAllocated)]
    assert sorted(load.accepted) == allocated
    assert (await api.free(project, entries[-1].sequence))["Port11"] == PORTS - len(allocated)
    assert await cluster.in_sync() >= IN_SYNC


def _one_port() -> dict[str, object]:
    licenses = [{"license_type": "Port11", "count": 1}]
    return {"serial": SERIAL, "licenses": licenses, "confirm_final": True}


async def _size(cluster: ThreeBrokers) -> str:
    return await entries_on(cluster.topics.connection("auditor"), cluster.topics.name(EVENTS))


async def _are(cluster: ThreeBrokers, brokers: int) -> bool:
    return await cluster.brokers() == brokers


async def _are_in_sync(cluster: ThreeBrokers, copies: int) -> bool:
    return await cluster.in_sync() == copies


async def _holds(what: bool) -> bool:
    return what


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - what it waits for is in another process
            await asyncio.sleep(0.1)
