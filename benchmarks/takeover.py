"""How long a ledger is without a writer: the leading one is stopped in order, or killed, and its standby takes over.

Commands come twenty times a second all the while; the figure is the longest time between two outcomes. Beside it, the
same while nothing ends, and how long a group waits for a member that says nothing.
"""

import asyncio
import signal
import time
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, suppress
from itertools import pairwise

from benchmarks import market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import ADDRESS, PATIENCE_SECONDS, Lab
from contracts.topics import OUTCOMES, topic_name
from dev.stack.ports import HOST
from runtime.kafka import PartitionTail, Producer, partition_for
from runtime.kafka.group import SESSION_SECONDS

LEDGERS = (1, 16)
WAYS = {"stopped in order": signal.SIGTERM, "killed": signal.SIGKILL}
EVERY_SECONDS = 0.05
CALM_SECONDS = 5.0
WATCHED_SECONDS = SESSION_SECONDS + 10.0


async def measure(lab_: Lab) -> list[Figure]:
    return [await _takeover(lab_, ledgers, way) for ledgers in LEDGERS for way in WAYS]


async def _takeover(lab_: Lab, ledgers: int, way: str) -> Figure:
    prefix = await lab_.fresh_topics(f"bench-takeover-{ledgers}-{WAYS[way].name.lower()}.", ledgers)
    ports = [lab_.kit.ports.port(f"takeover-{number}") for number in range(2)]
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as tasks:
        writers = [
            opened.enter_context(lab_.writer(prefix, core=None, ledgers=ledgers, admin_port=port)) for port in ports
        ]
        asking, arrivals = tasks.create_task(_ask(lab_, prefix)), list[float]()
        reading = tasks.create_task(_read(lab_, prefix, arrivals))
        await _until_calm(arrivals)
        since = time.monotonic()
        await asyncio.sleep(CALM_SECONDS)
        calm = _longest_gap(arrivals, since)
        ended = time.monotonic()
        writers[await _leading(ports)].send_signal(WAYS[way])
        await asyncio.sleep(WATCHED_SECONDS)
        gap = _longest_gap(arrivals, ended)
        for task in (asking, reading):
            task.cancel()
    session = (Beside("a silent member's session", SESSION_SECONDS),) if way == "killed" else ()
    name = f"takeover: leading writer of {ledgers} {'ledger' if ledgers == 1 else 'ledgers'} {way}"
    return Figure(name, gap, "s", beside=(Beside("longest wait for an outcome while nothing ends", calm), *session))


async def _ask(lab_: Lab, prefix: str) -> None:
    """Commands that are refused, one after the other, without end."""
    async with Producer(lab_.connection, client_id="bench") as producer:
        while True:
            await lab_.send(producer, market.refused(1), prefix)
            await asyncio.sleep(EVERY_SECONDS)


async def _read(lab_: Lab, prefix: str, arrivals: list[float]) -> None:
    """Note when each outcome arrives."""
    partition = partition_for(ADDRESS.encode(), OUTCOMES.partitions)
    async with PartitionTail(lab_.connection, topic_name(OUTCOMES, prefix), partition, 0) as tail:
        while True:
            found = await tail.next_batch()
            arrivals += [time.monotonic()] * len(found)


async def _until_calm(arrivals: list[float]) -> None:
    """Both writers have joined, and outcomes come without a break."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.sleep(CALM_SECONDS)
        while _longest_gap(arrivals, time.monotonic() - CALM_SECONDS) > 1:  # noqa: ASYNC110 - time makes it true
            await asyncio.sleep(EVERY_SECONDS)


def _longest_gap(arrivals: list[float], since: float) -> float:
    """The longest time without an outcome, from then to now."""
    moments = [since, *(one for one in arrivals if one >= since), time.monotonic()]
    return max(later - earlier for earlier, later in pairwise(moments))


async def _leading(ports: list[int]) -> int:
    """The number of the writer that leads ledger 0."""
    return [await asyncio.to_thread(_leads, port) for port in ports].index(True)


def _leads(port: int) -> bool:
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"http://{HOST}:{port}/readyz") as answer:
        return "leads [0" in answer.read().decode()
    return False
