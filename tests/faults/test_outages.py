"""Broker and database away while partners work: every request succeeds, or says 503 and when to return."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from dev.demo.replay import replay
from dev.demo.story import Story
from dev.stack.parts import Kit
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import Issuer
from tests.support.running import a_stocked_story

WORKERS = 6
BROKER_DOWN_SECONDS = 11.0  # longer than a request waits for its outcome, so that some say 503
DATABASE_DOWN_SECONDS = 3.0
CATCH_UP_SECONDS = 60.0


class Partners:
    """Allocate and read without pause; each allocation is repeated under its key until it is answered."""

    def __init__(self, kit: Kit, story: Story) -> None:
        self._api = f"http://127.0.0.1:{kit.ports.port('ledger-api')}/v1/projects/{story.project}"
        self._serial = story.serial
        self._issuer = Issuer(kit.state)
        self.sequences: list[int] = []
        self.unavailable = 0

    async def work(self, stop: asyncio.Event) -> None:
        limits = httpx.Limits(max_connections=WORKERS * 2)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client, asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._allocate(client, stop))
            group.create_task(self._look(client, stop))

    async def _allocate(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        body = {"serial": self._serial, "licenses": [{"license_type": "Port11", "count": 1}]}
        while not stop.is_set():
            key = secrets.token_hex(16)
            while True:
                response = await client.post(
                    f"{self._api}/allocations", json=body, headers=self._headers() | {"Idempotency-Key": key}
                )
                if not await self._passing(response):
                    break
            assert response.status_code == 201, response.text
            self.sequences.append(response.json()["sequence"])
            await asyncio.sleep(0.02)

    async def _look(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            response = await client.get(f"{self._api}/balance", headers=self._headers())
            if not await self._passing(response):
                assert response.status_code == 200, response.text
            await asyncio.sleep(0.02)

    async def _passing(self, response: httpx.Response) -> bool:
        """Whether it is a 503, which must say when to come back and have a stable code."""
        if response.status_code != 503:
            return False
        self.unavailable += 1
        assert int(response.headers["Retry-After"]) >= 1
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"]
        await asyncio.sleep(0.2)
        return True

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.mint(ADMINISTRATOR, PARTNER)}"}


async def _outage(partners: Partners, stop: Callable[[], None], start: Callable[[], None], down_seconds: float) -> None:
    """Work before, during and after something is away."""
    done = asyncio.Event()
    working = asyncio.create_task(partners.work(done))
    await asyncio.sleep(1)
    await asyncio.to_thread(stop)
    await asyncio.sleep(down_seconds)
    await asyncio.to_thread(start)
    before = len(partners.sequences)
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while len(partners.sequences) < before + 20 and not working.done():
        assert time.monotonic() < deadline, "no allocation got through after the outage"
        await asyncio.sleep(0.1)
    done.set()
    await working


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    """A story whose project has enough free ports for all that the partners do."""
    with a_stocked_story(kit.state) as story:
        for _ in range(2):
            body = {"licenses": [{"license_type": "Port11", "count": 9_999}], "order_number": "PO-outage"}
            key = story.clerk.post("/v1/activation-keys", body)["activation_key"]
            redemption = {"activation_key": key, "project": story.project}
            story.sequence = story.partner.post("/v1/activation-keys/redemptions", redemption)["sequence"]
        yield story


async def _check(kit: Kit, story: Story, partners: Partners, free_before: int) -> None:
    """Each answered allocation once on the log, the balance says so, and the device gets a file that says so."""
    assert len(set(partners.sequences)) == len(partners.sequences), "each answer is an entry of its own"
    story.sequence = max(partners.sequences)
    free = story.balance()["Port11"]
    assert free == free_before - len(partners.sequences)
    _, accounts = await replay(kit.broker().address)
    assert accounts[f"project/{story.project}", "Port11"] == free
    file = await asyncio.to_thread(story.firmware().sync)
    assert file is not None
    assert {line.license_type: line.count for line in file.licenses}["Port11"] == 20 + len(partners.sequences)


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "killed"])
async def test_the_broker_away_under_load_loses_nothing(kit: Kit, story: Story, crash: bool) -> None:
    free = story.balance()["Port11"]
    partners, broker = Partners(kit, story), kit.broker()
    await _outage(
        partners, broker.kill if crash else broker.stop, lambda: broker.start(lambda _: None), BROKER_DOWN_SECONDS
    )
    assert partners.unavailable > 0, "the outage was noticed"
    await _check(kit, story, partners, free)


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "killed"])
async def test_the_database_away_under_load_loses_nothing(kit: Kit, story: Story, crash: bool) -> None:
    free = story.balance()["Port11"]
    partners, cluster = Partners(kit, story), kit.cluster()
    await _outage(
        partners, cluster.kill if crash else cluster.stop, lambda: cluster.start(lambda _: None), DATABASE_DOWN_SECONDS
    )
    assert partners.unavailable > 0, "the outage was noticed"
    await _check(kit, story, partners, free)
