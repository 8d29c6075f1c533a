"""RMA cases through its API, beside the ledger's plain allocations in the same run; and what RMA costs the ledger.

The whole system is at work and shares two cores with this client, as for `api`. One by one says how long a request
takes when nothing else is asked for; paced, latencies count from when a request was due, after as long a time of the
same load.
Timers: cases that wait since forty days, half of them for the end of a repair and half for the broken device, and a
process manager that slept for as long: it closes those, reminds of these twice, and says that they are overdue.
"""

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from benchmarks import beside_ledger, client, lab, market, repairs
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from contracts.rma.cases import REMINDER_DAYS
from contracts.topics import CASE_EVENTS, PREFIX, topic_name
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from runtime.kafka import Producer
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import Issuer

RATE = 50
PACED_SECONDS, UNPACED_SECONDS, WARM_SECONDS = 30.0, 15.0, 2.0
ONE_BY_ONE = 200
CHANNELS = 50
DEVICES = 20_000
"""A device has one open case: more than are filed."""
LEAST_SCALE = 0.25
"""Of the short form: a shorter load has no p99."""
WAITING = 10_000


class Load(NamedTuple):
    """What one kind of request came to: latencies in seconds, sorted, one by one and paced; and answers a second."""

    alone: list[float]
    latencies: list[float]
    most: float


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        await prepare(lab_)
        plain = await _load(lab_, kit, "ledger-api", allocations_of(kit, devices_of(lab_)))
        filed = await _load(lab_, kit, "rma-api", reports(kit, devices_of(lab_)))
    return [*_through_the_api(filed, plain), await _timers_at_once(lab_), *await beside_ledger.measure(lab_)]


def _through_the_api(filed: Load, plain: Load) -> list[Figure]:
    def latency(what: str, of: list[float], beside: list[float], share: float, aim: str = "") -> Figure:
        ms, other = (client.quantile(found, share) * 1000 for found in (of, beside))
        return Figure(f"RMA: filing, {what}", ms, "ms", aim, (Beside("allocation", other),))

    rate = f"at {RATE} requests/s"
    return [
        latency("one by one, p50", filed.alone, plain.alone, 0.5),
        latency(f"{rate}, p50", filed.latencies, plain.latencies, 0.5),
        latency(f"{rate}, p99", filed.latencies, plain.latencies, 0.99, "< 150 ms"),
        Figure(
            f"RMA: filing, unpaced, {CHANNELS} connections",
            filed.most,
            "/s",
            beside=(Beside("allocation", plain.most),),
        ),
    ]


async def prepare(lab_: Lab) -> None:
    devices = devices_of(lab_)
    commands = [*market.partner(), *market.stocked(devices * 10), *market.devices(devices)]
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab_.send(producer, commands, PREFIX)
    await lab.outcomes(lab_.connection, PREFIX, len(commands))


async def _load(lab_: Lab, kit: Kit, api: str, make: client.Requests) -> Load:
    """What came before it is done by all: a load of its own is not measured beside the end of another."""
    scale, port = _scale(lab_), kit.ports.port(api)
    await lab_.until_idle(kit)
    async with client.channels(HOST, port, [None] * CHANNELS) as opened:
        await client.closed_loop(opened, [make] * CHANNELS, client.CREATED, WARM_SECONDS)
        await client.paced(opened, make, client.CREATED, RATE, PACED_SECONDS * scale)  # as `api` explains
        alone = await client.one_by_one(opened[0], [make() for _ in range(lab_.sized(ONE_BY_ONE))], client.CREATED)
        latencies = await client.paced(opened, make, client.CREATED, RATE, PACED_SECONDS * scale)
        most = await client.closed_loop(opened, [make] * CHANNELS, client.CREATED, UNPACED_SECONDS * scale)
    return Load(alone, latencies, most)


def _scale(lab_: Lab) -> float:
    return max(lab_.scale, LEAST_SCALE)


def devices_of(lab_: Lab) -> int:
    return int(DEVICES * _scale(lab_))


def allocations_of(kit: Kit, devices: int) -> client.Requests:
    said: dict[str, object] = {"licenses": [{"license_type": "Port11", "count": 1}]}
    return _posts(kit, f"/v1/projects/{market.PROJECT}/allocations", said, devices)


def reports(kit: Kit, devices: int) -> client.Requests:
    return _posts(kit, "/v1/rmas", repairs.REPORT, devices)


def _posts(kit: Kit, path: str, said: dict[str, object], devices: int) -> client.Requests:
    """The same about one device after the other."""
    token = Issuer(kit.state).mint(ADMINISTRATOR, PARTNER)
    numbers = itertools.count()

    def make() -> bytes:
        number = next(numbers)
        body = json.dumps({"serial": market.serial(number % devices), **said}).encode()
        headers = (f"Authorization: Bearer {token}", f"Idempotency-Key: bench-cases-{number:012d}")
        return client.request("POST", path, headers=headers, body=body)

    return make


async def _timers_at_once(lab_: Lab) -> Figure:
    """From the start of the process manager to the last timer."""
    count, prefix = 2 * lab_.sized(WAITING // 2), await lab_.fresh_topics("bench-due.")
    entries = repairs.waiting(count, datetime.now(UTC).date() - timedelta(days=40))
    duties = count // 2 * (1 + len(REMINDER_DAYS) + 1)
    with lab_.writer(prefix, core=None):
        async with Producer(lab_.connection, client_id="bench") as producer:
            await lab_.found(producer, market.founding(), prefix)
            await lab.append(producer, topic_name(CASE_EVENTS, prefix), entries)
    start = time.time()
    with beside_ledger.rma_at_work(lab_, prefix, core=None):
        told = await lab.read(lab_.connection, CASE_EVENTS, prefix, len(entries) + duties)
    seconds = told[len(entries) + duties - 1].timestamp / 1000 - start
    return Figure(f"RMA: {duties:,} timers of {count:,} cases in one go, from the start on", seconds, "s", "< 60 s")
