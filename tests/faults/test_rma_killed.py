"""kill -9 of the writer of cases, the process manager and the API between any two steps of whole lives of cases."""

import asyncio
import itertools
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
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
from contracts.rma.commands import GrantAdvanceReplacement, ReceiveDevice
from contracts.rma.events import CaseEvent, DeviceSwapped
from contracts.topics import CASE_EVENTS, EVENTS
from dev.stack.settings import environment
from rma.domain.state import Case
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.killed import Killed, running
from tests.support.ledger import sending, story, story_catalog
from tests.support.ledger.story import ADRIA
from tests.support.plain_http import plain_client
from tests.support.rma import api_at_work, at_work
from tests.support.rma.api_at_work import CaseApi, a_projector, projector_settings
from tests.support.rma.at_work import PATIENCE_SECONDS, Desk, anna, clerk, replayed

KILLS = 50 if LONG else 3
LIVES = 50 if LONG else 4
"""Of each kind, at most: they go on until so often one was killed."""
EVERY = 2
"""Steps from one kill to the next; a life has four to six."""
Boxes = Iterator[tuple[str, str]]
"""Broken ones, each with the one that replaces it."""


def writer(topics: KafkaTopics, folder: Path, name: str = "writer") -> Killed:
    said = at_work.rma_settings(topics, folder, admin_port=0, group_session_seconds=1, log_level="warning")
    named = {name: value for name, value in said.model_dump().items() if value is not None}
    return Killed("rma-writer", environment(topics.settings("rma-writer") | _only_set(named)), folder / f"{name}.log")


def manager(topics: KafkaTopics, folder: Path) -> Killed:
    key = sending.public_key_file(folder)
    said = {"admin_port": 0, "log_level": "warning", "group_session_seconds": 2}
    said |= {"writer_key_file": key, "ledger_writer_key_file": key}
    return Killed("rma-process-manager", environment(topics.settings("rma") | said), folder / "manager.log")


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
    boxes, spares = ([f"009033{kind}0{n:04x}" for n in range(2 * LIVES)] for kind in (4, 5))
    parts = [writer(kafka_topics, tmp_path), manager(kafka_topics, tmp_path)]
    async with (
        at_work.a_ledger(kafka_topics, tmp_path) as desk,
        a_projector(projector_settings(kafka_topics, fresh_database_url, tmp_path)),
        serving(desk, fresh_database_url, tmp_path) as (client, api),
        running(*parts),
    ):
        victims = [*parts, api]
        await desk.ledger_does(*_registered(boxes, spares))
        await desk.does(GrantAdvanceReplacement(company=ADRIA, threshold=100, reference="SUP-9"))
        lives = zip(boxes, spares, strict=True)

        def is_enough() -> bool:
            return sum(victim.kills for victim in victims) >= KILLS

        lanes = [lane(client, kind, lives, is_enough) for kind in (a_replacement, in_advance)]
        killed = asyncio.create_task(killing(desk, victims, dice))
        first, second = await asyncio.gather(*lanes)
        killed.cancel()
        await asyncio.wait([killed])
        assert killed.cancelled(), killed.exception()
        assert all(victim.kills >= KILLS // len(victims) for victim in victims)

        cases, state = first | second, (await desk.cases()).cases
        assert len(cases) == len(first) + len(second), "each case has its number"
        assert all(_ended_by_one_swap(state[rma]) for rma in cases)
        assert sorted(one.device.serial for one in await swaps(desk)) == sorted(cases.values())
        events = await desk.events()
        told = [event.rma for event in events if isinstance(event, DeviceSwapped)]
        assert sorted(told) == sorted(cases)
        steps = [(event.rma, event.step) for event in events if isinstance(event, CaseEvent)]
        assert len(steps) == len(set(steps)), "each step happened once"
        values = await desk.records(CASE_EVENTS)
        assert replayed(values).state == await desk.cases()
        assert len(await client.kept()) == len(cases), "what people said is kept once for each case"
        assert {rma: (await client.case(rma))["state"] for rma in cases} == {rma: state[rma].state for rma in cases}


def _registered(boxes: list[str], spares: list[str]) -> list[tuple[WireModel, Actor]]:
    delivered = [story_catalog.delivered(serial, on=at_work.days_ago(40)) for serial in (*boxes, *spares)]
    added = [(story.add(serial), anna) for serial in boxes]
    return [(story_catalog.register(*delivered), clerk), *added]


def _ended_by_one_swap(case: Case) -> bool:
    return case.state == "closed" and case.swap is not None and not case.owes


async def test_a_standby_takes_over_when_the_leader_is_killed(kafka_topics: KafkaTopics, tmp_path: Path) -> None:
    first, second = writer(kafka_topics, tmp_path, "first"), writer(kafka_topics, tmp_path, "second")
    async with at_work.a_ledger(kafka_topics, tmp_path) as desk, running(first):
        rma = await desk.files()
        async with running(second):
            await first.end()
            await desk.does(ReceiveDevice(rma=rma, serial=at_work.SERIAL))
            assert (await desk.case(rma)).state == "received"
