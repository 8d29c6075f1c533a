"""What RMA costs the ledger: its writer's processor time for an allocation, without RMA and with all of RMA at work.

The writer has one core, everything else the other. Allocations come at a fixed rate, far above that of a day's work,
which RMA can follow. Cases are filed meanwhile through the API, and every fifth device is received and replaced: the
ledger's writer reads the orders and swaps the devices among its allocations. The ledger is the same both times.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from benchmarks import client, lab, machine, market, memory, repairs, writer
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.commands import CommandRecord
from contracts.events.replacements import DeviceReplaced
from contracts.topics import EVENTS, topic_name
from dev.stack.keys import Keys
from dev.stack.ports import HOST
from dev.stack.settings import database, settings
from runtime.kafka import PartitionTail, Producer
from simulator.issuer import Issuer

COMMANDS, COMMANDS_A_SECOND = 60_000, 2_000
SENT_A_SECOND = 10
"""How often commands are sent."""
CASES_A_SECOND = 10
"""Modest for the API, and far more than people file."""
SWAP_EVERY = 5
CHANNELS = 20
BROKEN = 1_000
"""More than are filed; there are as many replacements."""
DATABASE = "bench_beside_ledger"
BY_PEOPLE = ("rma-projector", "rma-api")
"""What is there besides those who follow and decide."""


@dataclass(slots=True)
class Desk:
    """What came of the requests; one that finds RMA more than a second behind the ledger is refused."""

    filed: int = 0
    refused: int = 0


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    alone = await _rate(lab_, "bench-without-rma.")
    prefix, desk = "bench-with-rma.", Desk()
    beside = await _rate(lab_, prefix, desk)
    swaps = await _swaps(lab_, prefix)
    if not swaps:
        raise RuntimeError("nothing was swapped meanwhile")
    done = f"{desk.filed} cases filed, {swaps} devices swapped, {desk.refused} requests refused"
    return [
        Figure(
            f"ledger-writer: allocations at {COMMANDS_A_SECOND:,}/s beside RMA ({done}), by its own processor time",
            beside,
            "/s a core",
            beside=(Beside("without RMA", alone),),
        )
    ]


async def _rate(lab_: Lab, prefix: str, desk: Desk | None = None) -> float:
    """Allocations for a second of the writer's processor time; with a desk, cases are filed and worked meanwhile."""
    count = lab_.sized(COMMANDS)
    await lab_.fresh_topics(prefix)
    async with AsyncExitStack() as opened:
        at_work = opened.enter_context(lab_.writer(prefix))
        producer = await opened.enter_async_context(Producer(lab_.connection, client_id="bench"))
        await lab_.found(producer, market.founding(), prefix)
        told = await lab_.send(producer, [*writer.before(count + BROKEN, writer.DEVICES), *_stock()], prefix)
        await lab.outcomes(lab_.connection, prefix, 1 + told)
        if desk is not None:
            opened.enter_context(rma_at_work(lab_, prefix, core=machine.OTHERS))
            opened.enter_context(_the_rest_at_work(lab_, prefix))
            await memory.until_ready(lab_, "rma-api")
            await opened.enter_async_context(_repairs_go_on(lab_, desk))
        idle = machine.cpu_seconds(at_work.pid)
        await _send_paced(lab_, producer, market.allocations(count, writer.DEVICES), prefix)
        await lab.outcomes(lab_.connection, prefix, 1 + told + count)
        return count / (machine.cpu_seconds(at_work.pid) - idle)


async def _send_paced(lab_: Lab, producer: Producer, commands: Iterator[CommandRecord], prefix: str) -> None:
    start = time.perf_counter()
    for turn in itertools.count(1):
        some = list(itertools.islice(commands, COMMANDS_A_SECOND // SENT_A_SECOND))
        if not some:
            return
        await lab_.send(producer, some, prefix)
        await asyncio.sleep(start + turn / SENT_A_SECOND - time.perf_counter())


@contextmanager
def rma_at_work(lab_: Lab, prefix: str, *, core: int | None) -> Generator[None]:
    """The writer of cases and the process manager on the topics of a prefix."""
    own = {"LICENSING_ADMIN_PORT": "0"}
    with _processes(lab_, prefix, dict.fromkeys(("rma-writer", "rma-process-manager"), own), core):
        yield


@contextmanager
def _the_rest_at_work(lab_: Lab, prefix: str) -> Generator[None]:
    """Projector and API, on a database of their own."""
    cluster = lab_.kit.cluster()
    cluster.drop(DATABASE)
    cluster.create(DATABASE)
    with _processes(lab_, prefix, {part: database(part, cluster, DATABASE) for part in BY_PEOPLE}, machine.OTHERS):
        yield


@contextmanager
def _processes(lab_: Lab, prefix: str, parts: Mapping[str, Mapping[str, str]], core: int | None) -> Generator[None]:
    Keys(lab_.kit.state).prepare()
    with ExitStack() as opened:
        for part, own in parts.items():
            known = settings(part, lab_.kit.stack()) | {"LICENSING_TOPIC_PREFIX": prefix}
            opened.enter_context(lab_.process(part, environment={**known, **own}, core=core))
        yield


def _stock() -> list[CommandRecord]:
    """Devices that break, each with a license, and those that take their places."""
    broken, spares = (list(map(some, range(BROKEN))) for some in (_broken, _spare))
    return [*market.delivered(spares), *market.boxes(broken, 1)]


def _broken(number: int) -> str:
    return market.serial(writer.DEVICES + number)


def _spare(number: int) -> str:
    return _broken(BROKEN + number)


@asynccontextmanager
async def _repairs_go_on(lab_: Lab, desk: Desk) -> AsyncGenerator[None]:
    """File and replace until the block ends."""
    async with client.channels(HOST, lab_.kit.ports.port("rma-api"), [None] * CHANNELS) as opened:
        work = asyncio.create_task(_file_on(lab_, opened, desk))
        try:
            yield
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


async def _file_on(lab_: Lab, channels: list[client.Channel], desk: Desk) -> None:
    free: asyncio.Queue[client.Channel] = asyncio.Queue()
    for channel in channels:
        free.put_nowait(channel)
    issuer, start = Issuer(lab_.kit.state), time.perf_counter()
    partner = issuer.mint(market.BUYER.account, market.BUYER.company)
    clerk = issuer.mint(market.STAFF.account, market.STAFF.company)

    async def one(number: int) -> None:
        channel = await free.get()
        said = {"serial": _broken(number), **repairs.REPORT}
        filed = await _post(channel, "/v1/rmas", partner, number, said, desk)
        if filed is not None:
            desk.filed += 1
            if number % SWAP_EVERY == 0:
                path = f"/v1/rmas/{filed['rma']}"
                order = {"replacement": _spare(number), "finding": "no power"}
                received = await _post(channel, f"{path}/receive", clerk, number, {"serial": _broken(number)}, desk)
                if received is not None:
                    await _post(channel, f"{path}/replace", clerk, number, order, desk)
        free.put_nowait(channel)

    async with asyncio.TaskGroup() as tasks:
        for number in range(BROKEN):
            await asyncio.sleep(start + number / CASES_A_SECOND - time.perf_counter())
            tasks.create_task(one(number))


async def _post(
    channel: client.Channel, path: str, token: str, number: int, said: Mapping[str, object], desk: Desk
) -> dict[str, str] | None:
    headers = (f"Authorization: Bearer {token}", f"Idempotency-Key: bench-beside-{path[-8:]}-{number:08d}")
    answer = await channel.ask(client.request("POST", path, headers=headers, body=json.dumps(said).encode()))
    if answer.status != 201:
        desk.refused += 1
        return None
    found: dict[str, str] = json.loads(answer.body)
    return found


async def _swaps(lab_: Lab, prefix: str) -> int:
    async with PartitionTail(lab_.connection, topic_name(EVENTS, prefix), 0, 0) as tail:
        end = await tail.end_offset()
    entries = await lab.read(lab_.connection, EVENTS, prefix, end)
    return sum(DeviceReplaced.type.encode() in (entry.value or b"") for entry in entries)
