"""Partners who allocate and read all the time on the running stack, and what must be true when they stop."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import httpx

from contracts.documents import license_file
from contracts.documents.license_file import LicenseFile
from dev.demo.replay import replay
from dev.demo.story import Story
from dev.stack.parts import Kit
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.device import RefusedByServiceError
from simulator.issuer import Issuer
from tests.support.campaign import LONG
from tests.support.running import a_stocked_story

WORKERS = 6
PAUSE_SECONDS = 0.02 if LONG else 0.2
"""Of each worker between two requests. Thirty a second are a load; more would leave no processor for other tests."""
KEYS = 20 if LONG else 2
PORTS_IN_A_KEY = 9_999
PATIENCE_SECONDS = 90.0


class Partners:
    """Allocate and read all the time; each allocation is repeated under its key until it is answered."""

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
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            response = await client.get(f"{self._api}/balance", headers=self._headers())
            if not await self._passing(response):
                assert response.status_code == 200, response.text
            await asyncio.sleep(PAUSE_SECONDS)

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


async def until(holds: Callable[[], bool]) -> None:
    """Return when it does; it may ask others, and is asked in a thread."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def working(partners: Partners) -> AsyncGenerator[None]:
    """They work meanwhile, and get through again at the end of it."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(partners.work(done))
        await until(lambda: len(partners.sequences) > 0)
        yield
        before = len(partners.sequences)
        await until(lambda: len(partners.sequences) >= before + 20)
        done.set()


@contextmanager
def a_story_with_many_ports(kit: Kit) -> Generator[Story]:
    """A story whose project has enough free ports for all that the partners do."""
    with a_stocked_story(kit.state) as story:
        for _ in range(KEYS):
            licenses = [{"license_type": "Port11", "count": PORTS_IN_A_KEY}]
            body = {"licenses": licenses, "order_number": "PO-partners"}
            key = story.clerk.post("/v1/activation-keys", body)["activation_key"]
            redemption = {"activation_key": key, "project": story.project}
            story.sequence = story.partner.post("/v1/activation-keys/redemptions", redemption)["sequence"]
        yield story


async def check_partners(kit: Kit, story: Story, partners: Partners, free_before: int) -> None:
    """Each answered allocation once on the log, the balance says so, and the device gets a file that says so."""
    assert len(set(partners.sequences)) == len(partners.sequences), "each answer is an entry of its own"
    story.sequence = max(partners.sequences)
    free = story.balance()["Port11"]
    assert free == free_before - len(partners.sequences)
    _, accounts = await replay(kit.broker().connection("auditor"))
    assert accounts[f"project/{story.project}", "Port11"] == free
    file = await _newest_file(story)
    assert {line.license_type: line.count for line in file.licenses}["Port11"] == 20 + len(partners.sequences)


async def _newest_file(story: Story) -> LicenseFile:
    """What the box has, once that is the file of the story's last entry."""
    box = story.box()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await fetch(story)
            file = license_file.verify(box.license_file_path.read_bytes(), public_keys=box.license_keys())
            if file.sequence == story.sequence:
                return file
            await asyncio.sleep(0.1)


async def fetch(story: Story) -> None:
    """A file may be overtaken by the next one while its delivery is recorded; the box then asks again, later."""
    try:
        await asyncio.to_thread(story.firmware().sync)
    except RefusedByServiceError as refused:
        if refused.answer.code != "license_file_superseded":
            raise
