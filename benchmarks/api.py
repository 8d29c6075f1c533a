"""Allocations end to end through the REST API: token, command, writer, entry read back, outcome, answer.

The whole system is at work (broker, database, writer, signer, projector, device-sync) and shares two cores with this
client, which the paced load hardly notices and the unpaced one does. Beside the unpaced figure: the same framework
with an empty handler that reads the same body. Latencies count from when a request was due.

The same paced load runs twice. The broker is started for this benchmark, and while its compiler still works on what
the broker does most it takes half a core from everybody: the first figures are those of such a start, the second of
a system that has been at work for half a minute.
"""

import itertools
import json

from benchmarks import client, lab, market
from benchmarks.figures import Beside, Figure
from benchmarks.handlers import empty_handler
from benchmarks.lab import Lab
from contracts.topics import PREFIX
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from runtime.kafka import Producer
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import Issuer

RATE = 200
PACED_SECONDS, UNPACED_SECONDS, WARM_SECONDS = 30.0, 15.0, 2.0
CHANNELS = 50
DEVICES = 500


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        await _prepare(lab_)
        make = _requests(kit)
        async with client.channels(HOST, kit.ports.port("ledger-api"), [None] * CHANNELS) as opened:
            await client.closed_loop(opened, [make] * CHANNELS, client.CREATED, WARM_SECONDS)
            seconds = PACED_SECONDS * max(lab_.scale, 0.25)
            started = await client.paced(opened, make, client.CREATED, RATE, seconds)
            running = await client.paced(opened, make, client.CREATED, RATE, seconds)
            most = await client.closed_loop(
                opened, [make] * CHANNELS, client.CREATED, UNPACED_SECONDS * max(lab_.scale, 0.25)
            )
    empty = await _empty(lab_, make)
    return [
        _latency("p50", 0.5, running=running, started=started),
        _latency("p99", 0.99, running=running, started=started, aim="< 100 ms"),
        Figure(
            f"API: allocations, unpaced, {CHANNELS} connections",
            most,
            "/s",
            beside=(Beside("empty FastAPI handler", empty),),
        ),
    ]


def _latency(label: str, share: float, *, running: list[float], started: list[float], aim: str = "") -> Figure:
    """A quantile of the running system in milliseconds, beside that of the same load just after the start."""
    at, first = (client.quantile(latencies, share) * 1000 for latencies in (running, started))
    what = f"API: allocation at {RATE} requests/s, {label}"
    return Figure(what, at, "ms", aim, (Beside("just after the start", first),))


async def _prepare(lab_: Lab) -> None:
    """The partner, a balance and devices, sent as commands."""
    commands = [*market.partner(), *market.stocked(500_000), *market.devices(DEVICES)]
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab_.send(producer, commands, PREFIX)
    await lab.outcomes(lab_.connection, PREFIX, len(commands))


def _requests(kit: Kit) -> client.Requests:
    token = Issuer(kit.state).mint(ADMINISTRATOR, PARTNER)
    numbers = itertools.count()

    def make() -> bytes:
        number = next(numbers)
        wanted = [{"license_type": "Port11", "count": 1}]
        body = json.dumps({"serial": market.serial(number % DEVICES), "licenses": wanted}).encode()
        headers = (f"Authorization: Bearer {token}", f"Idempotency-Key: bench-{number:012d}")
        return client.request("POST", f"/v1/projects/{market.PROJECT}/allocations", headers=headers, body=body)

    return make


async def _empty(lab_: Lab, make: client.Requests) -> float:
    async with empty_handler(lab_, "fastapi") as port, client.channels(HOST, port, [None] * CHANNELS) as opened:
        await client.closed_loop(opened, [make] * CHANNELS, client.CREATED, WARM_SECONDS)
        return await client.closed_loop(
            opened, [make] * CHANNELS, client.CREATED, UNPACED_SECONDS * max(lab_.scale, 0.25)
        )
