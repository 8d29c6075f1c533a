"""kill -9 of the writer of cases, the process manager and the API between any two steps of whole lives of cases."""

import asyncio
import itertools
import random
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.actors import Account, Actor
from contracts.events.replacements import DeviceReplaced
from contracts.log.chain import LedgerChain
from contracts.log.entries import Entry
from contracts.models import WireModel
from contracts.rma.commands import (
    CancelCase,
    ChargeDebt,
    GrantAdvanceReplacement,
    ReceiveDevice,
    RecordRepair,
    SendInAdvance,
    ShipDevice,
)
from contracts.rma.events import CaseEvent, CaseFiled, DeviceReceived, DeviceSwapped, ReturnReminded, RmaEvent
from contracts.topics import CASE_EVENTS, EVENTS
from dev.stack.kafka import Broker
from dev.stack.parts import Kit
from dev.stack.settings import environment
from dev.stack.topics import create_users
from rma.domain.state import Case
from simulator import pki
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics, topics_on
from tests.support.killed import Killed, running
from tests.support.ledger import sending, story, story_catalog
from tests.support.ledger.story import ADRIA
from tests.support.moved_clock import MovedClock
from tests.support.plain_http import plain_client
from tests.support.rma import api_at_work, at_work
from tests.support.rma.api_at_work import CaseApi, a_projector, projector_settings
from tests.support.rma.at_work import PATIENCE_SECONDS, Desk, anna, clerk, replayed

KILLS = 50 if LONG else 3
LIVES = 50 if LONG else 4
"""Of each kind, at most: they go on until so often one was killed."""
BEGAN_DAYS_AGO = 40
OWED = 12
"""Devices that fall due on the same days."""
RAN_OUT = ("file", "send_in_advance", "swapped", "remind", "remind", "overdue")
EVERY = 2
"""Steps from one kill to the next; a life has four to nine."""
Boxes = Iterator[tuple[str, str]]
"""Broken ones, each with the one that replaces it."""


class Then:
    """Noon of a day in the past by which processes live, and which the test moves on.

    At another hour the days between two times may be one fewer where the clocks were changed between them.
    """

    def __init__(self, folder: Path, *, days_ago: int) -> None:
        now = at_work.utc_now()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        self._at_first, self._clock = timedelta(days=days_ago) + (now - noon), MovedClock(folder)
        self.go_on(days=0)

    def go_on(self, *, days: int) -> None:
        """It is so many days later than it was at first."""
        self._before = self._at_first - timedelta(days=days)
        self._clock.set(-int(self._before.total_seconds()))

    @property
    def environment(self) -> dict[str, str]:
        return self._clock.environment

    def now(self) -> datetime:
        return at_work.utc_now() - self._before

    def token(self, account: str, company: str) -> str:
        """A token as it was issued then."""
        now = int(self.now().timestamp())
        return sending.ISSUER.token(account, company, iat=now - 60, exp=now + 600)


def writer(topics: KafkaTopics, folder: Path, name: str = "writer", clock: Then | None = None) -> Killed:
    said = at_work.rma_settings(topics, folder, admin_port=0, group_session_seconds=1, log_level="warning")
    named = {name: value for name, value in said.model_dump().items() if value is not None}
    settings = environment(topics.settings("rma-writer") | _only_set(named))
    return Killed("rma-writer", settings | (clock.environment if clock else {}), folder / f"{name}.log")


def manager(topics: KafkaTopics, folder: Path, clock: Then | None = None) -> Killed:
    key = sending.public_key_file(folder)
    said = {"admin_port": 0, "log_level": "warning", "group_session_seconds": 2}
    said |= {"writer_key_file": key, "ledger_writer_key_file": key}
    settings = environment(topics.settings("rma") | said)
    return Killed("rma-process-manager", settings | (clock.environment if clock else {}), folder / "manager.log")


@asynccontextmanager
async def serving(desk: Desk, database_url: str, folder: Path) -> AsyncGenerator[tuple["Client", Killed]]:
    """The API in a process of its own, and a client of it."""
    settings = api_at_work.api_settings(desk.topics, database_url, folder, desk.ledger)
    said = settings.model_copy(update={"log_level": "warning"}).model_dump(exclude_none=True)
    api = Killed("rma-api", environment(said), folder / "api.log")
    async with (
        plain_client(f"http://127.0.0.1:{settings.api_port}", seconds=PATIENCE_SECONDS) as http,
        running(api),
    ):
        yield Client(desk, http, database_url), api


class Client(CaseApi):
    """Asks again by the same key until the answer is no trouble."""

    async def post(self, path: str, body: Any = None, who: Account = anna, key: str = "") -> httpx.Response:
        key = key or secrets.token_hex(8)
        return await _again(lambda: super(Client, self).post(path, body, who, key))

    async def get(self, path: str, who: Account = anna, **headers: str) -> httpx.Response:
        return await _again(lambda: super(Client, self).get(path, who, **headers))


async def _again(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(httpx.TransportError):
                answer = await ask()
                if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    return answer
            await asyncio.sleep(0.05)


def _only_set(said: dict[str, object]) -> dict[str, object]:
    wanted = ("admin_port", "group_session_seconds", "log_level", "ledgers", "writer_private_key_file")
    return {name: value for name, value in said.items() if name in wanted or name.startswith("token_")}


async def a_replacement(api: Client, serial: str, spare: str) -> str:
    rma = await api.files(serial)
    await api.does(rma, "receive", {"serial": serial})
    await api.does(rma, "replace", {"replacement": spare, "finding": "The board is burnt."})
    await api.until(rma, "replaced")
    await api.does(rma, "ship", {"carrier": "DHL", "tracking_number": "1"})
    await api.does(rma, "close")
    return rma


async def in_advance(api: Client, serial: str, spare: str) -> str:
    rma = await api.files(serial)
    parcel = {"replacement": spare, "reason": "Contract.", "carrier": "DHL", "tracking_number": "1"}
    await api.does(rma, "send-in-advance", parcel)
    await api.until(rma, "replacement_shipped")
    await api.does(rma, "receive", {"serial": serial})
    return rma


async def quoted_and_repaired(api: Client, serial: str, taken: str) -> str:
    """A repair that has a price, after the ledger has refused a replacement that is in use."""
    rma = await api.files(serial)
    await api.does(rma, "receive", {"serial": serial})
    quote = await api.does(rma, "quote", {"cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"})
    await api.does(rma, "accept", {"quote": quote}, anna)
    await api.does(rma, "replace", {"replacement": taken, "finding": "The board is burnt."})
    await api.until(rma, "swap_refused")
    await api.does(rma, "repair", {"finding": "A fuse was replaced."})
    await api.does(rma, "ship", {"carrier": "DHL", "tracking_number": "1"})
    await api.does(rma, "close")
    return rma


async def lane(
    api: Client, life: Callable[[Client, str, str], Awaitable[str]], boxes: Boxes, is_enough: Callable[[], bool]
) -> dict[str, str]:
    """Lives one after the other, so that a kill falls between the steps of each; the replacement of each case."""
    lived: dict[str, str] = {}
    while not (lived and is_enough()):
        box, spare = next(boxes)
        lived[await life(api, box, spare)] = spare
    return lived


async def swaps(desk: Desk) -> list[DeviceReplaced]:
    chain = LedgerChain(desk.ledger)
    found = [chain.accept(value) for value in await desk.records(EVENTS)]
    return [entry.data for entry in found if isinstance(entry, Entry) and isinstance(entry.data, DeviceReplaced)]


async def killing(desk: Desk, victims: list[Killed], dice: random.Random) -> None:
    """Kill the next one each time that the cases have gone a few steps on; never returns."""
    grown = len(await desk.records(CASE_EVENTS))
    for victim in itertools.cycle(victims):
        while len(await desk.records(CASE_EVENTS)) < grown + EVERY:  # noqa: ASYNC110 - other processes' log
            await asyncio.sleep(0.02)
        await asyncio.sleep(dice.uniform(0.0, 0.05))
        await victim.kill()
        grown = len(await desk.records(CASE_EVENTS))


@pytest.mark.timeout(3600 if LONG else 900)
async def test_killing_one_after_the_other_swaps_each_box_once_and_loses_no_case(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    dice = random.Random(11)
    boxes, spares, old = ([f"009033{kind}0{n:04x}" for n in range(2 * LIVES)] for kind in (4, 5, 6))
    parts = [writer(kafka_topics, tmp_path), manager(kafka_topics, tmp_path)]
    async with (
        at_work.a_ledger(kafka_topics, tmp_path) as desk,
        a_projector(projector_settings(kafka_topics, fresh_database_url, tmp_path)),
        serving(desk, fresh_database_url, tmp_path) as (client, api),
        running(*parts),
    ):
        victims = [*parts, api]
        await desk.ledger_does(*_registered(boxes, spares), *_added(old))
        await desk.does(GrantAdvanceReplacement(company=ADRIA, threshold=100, reference="SUP-9"))
        lives = zip(boxes, spares, strict=True)

        def is_enough() -> bool:
            return sum(victim.kills for victim in victims) >= KILLS

        lanes = [lane(client, kind, lives, is_enough) for kind in (a_replacement, in_advance)]
        taken = zip(old, itertools.repeat(at_work.OTHER), strict=False)
        lanes += [lane(client, quoted_and_repaired, taken, is_enough)] if LONG else []
        killed = asyncio.create_task(killing(desk, victims, dice))
        first, second, *others = await asyncio.gather(*lanes)
        killed.cancel()
        await asyncio.wait([killed])
        assert killed.cancelled(), killed.exception()
        assert all(victim.kills >= KILLS // len(victims) for victim in victims)

        swapped, state, events = first | second, (await desk.cases()).cases, await desk.events()
        repaired = [rma for lived in others for rma in lived]
        cases = [*swapped, *repaired]
        assert sorted(event.rma for event in events if isinstance(event, CaseFiled)) == sorted(cases), "one number each"
        assert all(_ended_by_one_swap(state[rma]) for rma in swapped)
        assert all((state[rma].state, state[rma].swap) == ("closed", None) for rma in repaired)
        assert sorted(one.device.serial for one in await swaps(desk)) == sorted(swapped.values())
        told = [event.rma for event in events if isinstance(event, DeviceSwapped)]
        assert sorted(told) == sorted(swapped)
        assert sorted(debts(events)) == sorted(second), "each debt was made once"
        assert sorted(one.rma for one in events if isinstance(one, DeviceReceived) and one.settles_debt) == sorted(
            second
        )
        assert all(count == 1 for count in steps(events).values()), "each step happened once"
        values = await desk.records(CASE_EVENTS)
        assert replayed(values).state == await desk.cases()
        assert len(await client.kept()) == len(cases), "what people said is kept once for each case"
        shown = {rma: (await client.case(rma, at_least=len(events)))["state"] for rma in cases}
        assert shown == {rma: state[rma].state for rma in cases}


@pytest.fixture
def old_broker(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A broker whose certificates were valid before the days that pass began."""
    monkeypatch.setattr(pki, "_BACKDATE", timedelta(days=BEGAN_DAYS_AGO + 1))
    broker = Kit(state / f"old-{secrets.token_hex(2)}", short_lived=True).broker()
    broker.start()
    try:
        asyncio.run(create_users(broker))
        yield broker
    finally:
        broker.stop()


@pytest.mark.campaign
@pytest.mark.timeout(1800)
async def test_what_falls_due_in_a_month_happens_once_whoever_is_killed_meanwhile(
    old_broker: Broker, tmp_path: Path
) -> None:
    dice, clock = random.Random(30), Then(tmp_path, days_ago=BEGAN_DAYS_AGO)
    boxes, spares = ([f"009033{kind}0{n:04x}" for n in range(OWED)] for kind in (4, 5))
    async with AsyncExitStack() as opened:
        topics = await opened.enter_async_context(topics_on(old_broker))
        parts = [writer(topics, tmp_path, clock=clock), manager(topics, tmp_path, clock)]
        desk = await opened.enter_async_context(at_work.a_ledger(topics, tmp_path, clock.now))
        await opened.enter_async_context(running(*parts))
        await desk.ledger_does(*_registered(boxes, spares))
        desk.token = clock.token
        await desk.does(GrantAdvanceReplacement(company=ADRIA, threshold=100, reference="SUP-9"))
        killed = asyncio.create_task(killing(desk, parts, dice))
        repaired = await sent_back(desk)
        owed = await asyncio.gather(*map(partial(sent_in_advance, desk), boxes, spares))
        for days, step, count in (
            (14, "close", 1),
            (23, "remind", OWED),
            (29, "remind", 2 * OWED),
            (30, "overdue", OWED),
        ):
            clock.go_on(days=days)
            await desk.does(CancelCase(rma=await desk.files(at_work.OTHER)))  # an entry, so that the day is looked at
            await until_counted(desk, step, count)
        assert sorted((await desk.cases()).owing[ADRIA]) == sorted(owed)
        late, *others = owed
        await desk.does(ReceiveDevice(rma=late, serial=boxes[0]))
        for rma in others:
            await desk.does(ChargeDebt(rma=rma, invoice="INV-1"))
        killed.cancel()
        await asyncio.wait([killed])
        assert killed.cancelled(), killed.exception()

        assert all(part.kills >= OWED // 2 for part in parts), [part.kills for part in parts]
        events, cases = await desk.events(), await desk.cases()
        assert not cases.owing
        assert {cases.cases[rma].state for rma in (repaired, *owed)} == {"closed"}
        assert sorted(one.device.serial for one in await swaps(desk)) == spares
        assert sorted(debts(events)) == sorted(owed), "each debt was made once"
        assert all(count == 1 for count in steps(events).values()), "each step happened once"
        assert [step for rma, step, _ in steps(events) if rma == late] == [*RAN_OUT, "receive"]
        assert all([step for rma, step, _ in steps(events) if rma == one] == [*RAN_OUT, "charge"] for one in others)
        assert replayed(await desk.records(CASE_EVENTS)).state == cases


async def sent_in_advance(desk: Desk, serial: str, spare: str) -> str:
    rma = await desk.files(serial)
    advance = SendInAdvance(rma=rma, replacement=spare, reason="Contract.", carrier="DHL", tracking_number="1")
    await desk.does(advance)
    await desk.until(rma, "replacement_shipped")
    return rma


async def sent_back(desk: Desk) -> str:
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=at_work.SERIAL))
    await desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    await desk.does(ShipDevice(rma=rma, carrier="DHL", tracking_number="1"))
    return rma


async def until_counted(desk: Desk, step: str, count: int) -> None:
    """Return once so many steps of a kind have happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(one == step for _, one, _ in steps(await desk.events())) < count:  # noqa: ASYNC110 - other processes' log
            await asyncio.sleep(0.05)


def steps(events: list[RmaEvent]) -> Counter[tuple[str, str, int]]:
    """How often each step of each case happened; a reminder is another one for each number of days."""
    of_cases = [event for event in events if isinstance(event, CaseEvent)]
    days = (event.days if isinstance(event, ReturnReminded) else 0 for event in of_cases)
    return Counter((event.rma, event.step, left) for event, left in zip(of_cases, days, strict=True))


def debts(events: list[RmaEvent]) -> list[str]:
    """The cases in which a device became owed, each time that it did."""
    return [event.rma for event in events if isinstance(event, DeviceSwapped) and event.overdue_on is not None]


def _registered(boxes: list[str], spares: list[str]) -> list[tuple[WireModel, Actor]]:
    delivered = [story_catalog.delivered(serial, on=at_work.days_ago(40)) for serial in (*boxes, *spares)]
    return [(story_catalog.register(*delivered), clerk), *_added(boxes)]


def _added(boxes: list[str]) -> list[tuple[WireModel, Actor]]:
    return [(story.add(serial), anna) for serial in boxes]


def _ended_by_one_swap(case: Case) -> bool:
    return case.state == "closed" and case.swap is not None and not case.owes


@pytest.mark.campaign  # briefly, one that is started anew takes over from each that is killed
async def test_a_standby_takes_over_when_the_leader_is_killed(kafka_topics: KafkaTopics, tmp_path: Path) -> None:
    first, second = writer(kafka_topics, tmp_path, "first"), writer(kafka_topics, tmp_path, "second")
    async with at_work.a_ledger(kafka_topics, tmp_path) as desk, running(first):
        rma = await desk.files()
        async with running(second):
            await first.end()
            await desk.does(ReceiveDevice(rma=rma, serial=at_work.SERIAL))
            assert (await desk.case(rma)).state == "received"
