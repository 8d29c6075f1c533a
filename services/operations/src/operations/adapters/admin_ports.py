"""The admin ports of processes, asked by HTTP."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from operations.domain.process_status import ProcessStatus, Sample, measured

SECONDS = 5.0
MAX_BYTES = 4 * 1024 * 1024
AT_ONCE = 32
READY = 200


class AdminPort(NamedTuple):
    """A process by its name, and host and port of its admin port."""

    name: str
    address: str


async def statuses(ports: Sequence[AdminPort]) -> list[ProcessStatus]:
    """What they all say, in their order."""
    places = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
        return list(await asyncio.gather(*(_status(session, places, one) for one in ports)))


async def _status(session: aiohttp.ClientSession, places: asyncio.Semaphore, port: AdminPort) -> ProcessStatus:
    async with places:
        try:
            code, said = await _get(session, port, "readyz")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return ProcessStatus(*port, "away", _why(error))
        status = ProcessStatus(*port, "ready" if code == READY else "not ready", said.strip())
        try:
            _, metrics = await _get(session, port, "metrics")
            return measured(status, _samples(metrics))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return replace(status, says=f"{status.says}\nno metrics: {_why(error)}")


def _why(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()[:200]


async def _get(session: aiohttp.ClientSession, port: AdminPort, what: str) -> tuple[int, str]:
    async with session.get(f"http://{port.address}/{what}", allow_redirects=False) as answer:
        content = await answer.content.read(MAX_BYTES + 1)
        while len(content) <= MAX_BYTES and (more := await answer.content.read(MAX_BYTES + 1)):
            content += more
        if len(content) > MAX_BYTES:
            raise ValueError(f"/{what} has more than {MAX_BYTES} bytes")
        return answer.status, content.decode("utf-8", "replace")


def _samples(text: str) -> Iterable[Sample]:
    for family in text_string_to_metric_families(text):
        yield from (Sample(one.name, one.value) for one in family.samples)
