"""Balances as of an entry or a day, asked of the API over a million entries, beside the present balance.

Every other question is about the one project that half of the entries are of. The API has one core; database and client
have the other. The tables are filled by SQL. The last figures are of an export of all balances as of the middle.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks import client, machine
from benchmarks.export import download
from benchmarks.figures import Beside, Figure
from benchmarks.filled import BEGIN, Filled, api_on_filled_tables, project
from benchmarks.lab import Lab
from dev.stack.ports import HOST
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer

QUESTIONS, WARMING = 2_000, 100


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    async with api_on_filled_tables(lab_) as filled:
        issuer, count = Issuer(lab_.kit.state), lab_.sized(QUESTIONS)
        token = issuer.mint(ADMINISTRATOR, PARTNER)
        async with client.channels(HOST, filled.port, [None]) as (channel,):
            await client.one_by_one(channel, _questions(token, WARMING, _now), client.OK)
            now = await client.one_by_one(channel, _questions(token, count, _now), client.OK)
            entry = await client.one_by_one(channel, _questions(token, count, _entry(filled)), client.OK)
            day = await client.one_by_one(channel, _questions(token, count, _day(filled)), client.OK)
        staff = issuer.mint(CLERK, VENDOR)
        middle = await asyncio.to_thread(_export, lab_, filled, staff, f"&as_of={filled.entries // 2}")
        present = await asyncio.to_thread(_export, lab_, filled, staff, "")
    what = f"as of: balance of a project, {filled.entries:,} entries"
    return [
        *(
            Figure(f"{what}, {name}, {label}", _ms(found, share), "ms", "", (Beside("now", _ms(now, share)),))
            for name, found in (("at an entry", entry), ("at a day", day))
            for label, share in (("p50", 0.5), ("p99", 0.99))
        ),
        Figure("as of: export of all balances, in the middle", middle, "s", "", (Beside("now", present),)),
    ]


def _ms(latencies: list[float], share: float) -> float:
    return client.quantile(latencies, share) * 1000


def _questions(token: str, count: int, point: Callable[[random.Random], str]) -> Iterator[bytes]:
    """The same projects in every run; every other one is the hot one."""
    chance = random.Random(0)
    for number in range(count):
        path = f"/v1/projects/{project(chance, hot=number % 2 == 0)}/balance{point(chance)}"
        yield client.request("GET", path, headers=(f"Authorization: Bearer {token}",))


def _now(_: random.Random) -> str:
    return ""


def _entry(filled: Filled) -> Callable[[random.Random], str]:
    """Entries of the middle third."""
    third = filled.entries // 3
    return lambda chance: f"?as_of={chance.randint(third, 2 * third)}"


def _day(filled: Filled) -> Callable[[random.Random], str]:
    """The days of those entries; there is one a minute."""
    third = filled.entries // 3
    return lambda chance: f"?as_of={BEGIN + timedelta(minutes=chance.randint(third, 2 * third)):%Y-%m-%d}"


def _export(lab_: Lab, filled: Filled, token: str, as_of: str) -> float:
    start = time.perf_counter()
    download(filled.port, f"/v1/exports/balances?format=csv{as_of}", token, lab_.kit.state / "balances.csv")
    return time.perf_counter() - start
