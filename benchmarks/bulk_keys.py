"""Activation keys by the ten thousand: one request of JSON Lines, beside requests of one key each.

The whole system is at work and shares two cores with this client, as for `api`. Every line is answered with its key
once the ledger has it; the time runs from the first byte sent to the last one read.
"""

import asyncio
import http.client
import itertools
import json
import time
from collections.abc import Iterator

from benchmarks import client
from benchmarks.figures import Beside, Figure
from benchmarks.lab import PATIENCE_SECONDS, Lab
from dev.stack.ports import HOST
from simulator.cast import CLERK, VENDOR
from simulator.issuer import Issuer

KEYS = 10_000
"""As many as one request takes."""
CHANNELS = 50
SECONDS, WARM_SECONDS = 10.0, 1.0
ORDER = {"licenses": [{"license_type": "Port11", "count": 10}], "order_number": "PO-2026-1174"}


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        port, token = kit.ports.port("ledger-api"), Issuer(kit.state).mint(CLERK, VENDOR)
        requests = _requests(token)
        single, side_by_side = [await _one_by_one(lab_, port, requests, many) for many in (1, CHANNELS)]
        count = lab_.sized(KEYS)
        seconds = await asyncio.to_thread(_in_bulk, port, token, count)
    return [
        Figure(
            f"keys: {count:,} issued in bulk, one request",
            count / seconds,
            "keys/s",
            beside=(
                Beside("a request each, 1 connection", single),
                Beside(f"a request each, {CHANNELS} connections", side_by_side),
            ),
        )
    ]


async def _one_by_one(lab_: Lab, port: int, requests: Iterator[bytes], many: int) -> float:
    makers = [requests.__next__] * many
    async with client.channels(HOST, port, [None] * many) as opened:
        await client.closed_loop(opened, makers, client.CREATED, WARM_SECONDS)
        return await client.closed_loop(opened, makers, client.CREATED, SECONDS * max(lab_.scale, 0.2))


def _requests(token: str) -> Iterator[bytes]:
    body = json.dumps(ORDER).encode()
    for number in itertools.count():
        headers = (f"Authorization: Bearer {token}", f"Idempotency-Key: single-{number}")
        yield client.request("POST", "/v1/activation-keys", headers=headers, body=body)


def _in_bulk(port: int, token: str, count: int) -> float:
    """Seconds until the last key is there; RuntimeError for a line that was refused."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    body = "".join(f"{json.dumps(_line(number))}\n" for number in range(count)).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/jsonl"}
    start = time.perf_counter()
    connection.request("POST", "/v1/commands", body, headers)
    answers = connection.getresponse().read().splitlines()
    seconds = time.perf_counter() - start
    connection.close()
    issued = {json.loads(line).get("answer", {}).get("activation_key") for line in answers} - {None}
    if len(issued) != count:
        raise RuntimeError(f"{len(issued)} of {count} keys were issued: {answers[0][:300]!r}")
    return seconds


def _line(number: int) -> dict[str, object]:
    return {"idempotency_key": f"bulk-{number}", "command": {"name": "issue-activation-key", **ORDER}}
