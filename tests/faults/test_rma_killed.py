"""kill -9 of the writer of cases and of the process manager between any two steps of whole lives of cases."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from contracts.actors import Actor
from contracts.events.replacements import DeviceReplaced
from contracts.log.chain import LedgerChain
from contracts.log.entries import Entry
from contracts.models import WireModel
from contracts.rma.commands import (
    CloseCase,
    GrantAdvanceReplacement,
    OrderReplacement,
    ReceiveDevice,
    SendInAdvance,
    ShipDevice,
)
from contracts.rma.events import CaseEvent, DeviceSwapped
from contracts.topics import CASE_EVENTS, EVENTS
from dev.stack.settings import environment
from rma.domain.state import Case
from tests.support.campaign import LONG
from tests.support.kafka_topics import KafkaTopics
from tests.support.killed import Killed, running
from tests.support.ledger import sending, story, story_catalog
from tests.support.ledger.story import ADRIA
from tests.support.rma import at_work
from tests.support.rma.at_work import Desk, anna, clerk, replayed

KILLS = 50 if LONG else 3
LIVES = 30 if LONG else 2
"""Of each kind."""
EVERY = 2
"""Steps from one kill to the next; a life has four to six."""


def writer(topics: KafkaTopics, folder: Path, name: str = "writer") -> Killed:
    said = at_work.rma_settings(topics, folder, admin_port=0, group_session_seconds=1, log_level="warning")
    named = {name: value for name, value in said.model_dump().items() if value is not None}
    return Killed("rma-writer", environment(topics.settings("rma-writer") | _only_set(named)), folder / f"{name}.log")


def manager(topics: KafkaTopics, folder: Path) -> Killed:
    key = sending.public_key_file(folder)
    said = {"admin_port": 0, "log_level": "warning", "writer_key_file": key, "ledger_writer_key_file": key}
    return Killed("rma-process-manager", environment(topics.settings("rma") | said), folder / "manager.log")


def _only_set(said: dict[str, object]) -> dict[str, object]:
    wanted = ("admin_port", "group_session_seconds", "log_level", "ledgers", "writer_private_key_file")
    return {name: value for name, value in said.items() if name in wanted or name.startswith("token_")}


async def a_replacement(desk: Desk, serial: str, spare: str) -> str:
    rma = await desk.files(serial)
    await desk.does(ReceiveDevice(rma=rma, serial=serial))
    await desk.does(OrderReplacement(rma=rma, replacement=spare, finding="The board is burnt."))
    await desk.until(rma, "replaced")
    await desk.does(ShipDevice(rma=rma, carrier="DHL", tracking_number="1"))
    await desk.does(CloseCase(rma=rma))
    return rma


async def in_advance(desk: Desk, serial: str, spare: str) -> str:
    rma = await desk.files(serial)
    step: WireModel = SendInAdvance(rma=rma, replacement=spare, reason="Contract.", carrier="DHL", tracking_number="1")
    await desk.does(step)
    await desk.until(rma, "replacement_shipped")
    await desk.does(ReceiveDevice(rma=rma, serial=serial))
    return rma


async def lane(
    desk: Desk, life: Callable[[Desk, str, str], Awaitable[str]], boxes: list[str], spares: list[str]
) -> list[str]:
    """Lives one after the other, so that a kill falls between the steps of each."""
    return [await life(desk, box, spare) for box, spare in zip(boxes, spares, strict=True)]


async def swaps(desk: Desk) -> list[DeviceReplaced]:
    chain = LedgerChain(desk.ledger)
    found = [chain.accept(value) for value in await desk.records(EVENTS)]
    return [entry.data for entry in found if isinstance(entry, Entry) and isinstance(entry.data, DeviceReplaced)]


async def killing(desk: Desk, victims: list[Killed], dice: random.Random) -> None:
    """Kill one or the other each time that the cases have gone a few steps on; never returns."""
    grown = len(await desk.records(CASE_EVENTS))
    while True:
        while len(await desk.records(CASE_EVENTS)) < grown + EVERY:  # noqa: ASYNC110 - other processes' log
            await asyncio.sleep(0.02)
        await asyncio.sleep(dice.uniform(0.0, 0.05))
        victim = dice.choice(victims)
        await victim.kill()
        grown = len(await desk.records(CASE_EVENTS))


@pytest.mark.timeout(900)
async def test_killing_both_again_and_again_swaps_each_box_once_and_loses_no_case(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    dice = random.Random(11)
    boxes, spares = ([f"009033{kind}0{n:04x}" for n in range(2 * LIVES)] for kind in (4, 5))
    victims = [writer(kafka_topics, tmp_path), manager(kafka_topics, tmp_path)]
    async with at_work.a_ledger(kafka_topics, tmp_path) as desk, running(*victims):
        await desk.ledger_does(*_registered(boxes, spares))
        await desk.does(GrantAdvanceReplacement(company=ADRIA, threshold=100, reference="SUP-9"))
        lanes = [lane(desk, kind, boxes[at::2], spares[at::2]) for at, kind in enumerate((a_replacement, in_advance))]
        killed = asyncio.create_task(killing(desk, victims, dice))
        cases = [rma for done in await asyncio.gather(*lanes) for rma in done]
        killed.cancel()
        await asyncio.wait([killed])
        assert killed.cancelled(), killed.exception()
        assert sum(victim.kills for victim in victims) >= KILLS

        assert len(set(cases)) == 2 * LIVES, "each case has its number"
        state = (await desk.cases()).cases
        assert all(_ended_by_one_swap(state[rma]) for rma in cases)
        assert sorted(one.device.serial for one in await swaps(desk)) == spares
        events = await desk.events()
        told = [event.rma for event in events if isinstance(event, DeviceSwapped)]
        assert sorted(told) == sorted(cases)
        steps = [(event.rma, event.step) for event in events if isinstance(event, CaseEvent)]
        assert len(steps) == len(set(steps)), "each step happened once"
        values = await desk.records(CASE_EVENTS)
        assert replayed(values).state == await desk.cases()


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
