"""Activation keys by the ten thousand, issued and redeemed: one request of JSON Lines, beside requests of one key each.

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
from contracts.identifiers import default_project_of
from dev.stack.ports import HOST
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer

KEYS = 10_000
"""As many as one request takes."""
CHANNELS = 50
SECONDS, WARM_SECONDS = 10.0, 1.0
ORDER = {"licenses": [{"license_type": "Port11", "count": 10}], "order_number": "PO-2026-1174"}


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        port, issuer = kit.ports.port("ledger-api"), Issuer(kit.state)
        token, partner = issuer.mint(CLERK, VENDOR), issuer.mint(ADMINISTRATOR, PARTNER)
        requests = _requests(token)
        single, side_by_side = [await _one_by_one(lab_, port, requests, many) for many in (1, CHANNELS)]
        count = lab_.sized(KEYS)
        company = {"kind": "reseller", "administrator": ADMINISTRATOR, "company": PARTNER}
        await asyncio.to_thread(_in_bulk, port, token, [_line("company", {"name": "register-company", **company})])
        orders = [_line(f"bulk-{number}", {"name": "issue-activation-key", **ORDER}) for number in range(count)]
        seconds, answers = await asyncio.to_thread(_in_bulk, port, token, orders)
        keys = [str(one["activation_key"]) for one in answers]
        redemptions = [_line(f"redeem-{key}", _redemption(key)) for key in keys]
        redeeming, _ = await asyncio.to_thread(_in_bulk, port, partner, redemptions)
    return [
        Figure(
            f"keys: {count:,} issued in bulk, one request",
            count / seconds,
            "keys/s",
            beside=(
                Beside("a request each, 1 connection", single),
                Beside(f"a request each, {CHANNELS} connections", side_by_side),
            ),
        ),
        Figure(f"keys: {count:,} redeemed in bulk, one request", count / redeeming, "keys/s"),
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


def _in_bulk(port: int, token: str, lines: list[dict[str, object]]) -> tuple[float, list[dict[str, object]]]:
    """Seconds until the last answer is there, and the answers; RuntimeError for a line that was refused."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/jsonl"}
    start = time.perf_counter()
    connection.request("POST", "/v1/commands", body, headers)
    answers = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    seconds = time.perf_counter() - start
    connection.close()
    if refused := [one for one in answers if "answer" not in one]:
        raise RuntimeError(f"{len(refused)} of {len(lines)} lines were refused: {refused[0]}")
    return seconds, [one["answer"] for one in answers]


def _redemption(key: str) -> dict[str, object]:
    return {"name": "redeem-activation-key", "activation_key": key, "project": default_project_of(PARTNER)}


def _line(name: str, command: dict[str, object]) -> dict[str, object]:
    return {"idempotency_key": name, "command": command}
