"""Pages of the portal under the load of fifty people, in a company of 100,000 devices; and what a page weighs.

The portal, the APIs, the database and this client share the machine. The tables are filled by SQL, so nothing is
written meanwhile. A person opens a page every five seconds; latencies count from when a page was due. Beside each page:
one that asks nobody for anything, under the same load of the same run.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import NamedTuple

import httpx

from benchmarks import client
from benchmarks.figures import Beside, Figure
from benchmarks.lab import INFRASTRUCTURE, USERS, Lab
from dev.demo import people
from dev.stack.cli import Stack
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from portal.application.accounts import Account
from portal.entrypoints.web.forms import COOKIE, FORM_TOKEN
from tests.support.ledger import big_company as big
from tests.support.ledger.ledger_log import ANNA, HOTEL

PEOPLE = 50
RATE = 10.0
"""Pages a second: each of the people opens one every five seconds."""
SECONDS, WARM_SECONDS = 10.0, 1.0
LEAST_SCALE = 0.3
"""Of the short form: fewer pages have no p95."""
TRIVIAL = "/rules"
PAGES = {
    "home": "/",
    "projects": "/projects",
    "a project of 10,000 devices": f"/projects/{HOTEL}",
    "people of that project, 1,000 grants": f"/projects/{HOTEL}/people",
    "allocating in it": f"/projects/{HOTEL}/allocations/new",
    "devices": "/devices",
    "a device with 20,000 entries": f"/devices/{big.CROWDED}",
    "searching by digits": "/search?q=04a1c7",
    "searching by a name": "/search?q=hotel",
    "redeeming keys": "/keys",
    "members, 1,000 of them": "/people",
    "activity, 100,000 entries": "/activity",
}
_TOKEN = re.compile(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"')
_EMAIL = "anna@example.net"


class Load(NamedTuple):
    """Latencies of a page in seconds, sorted, and its bytes."""

    latencies: list[float]
    size: int


async def measure(lab_: Lab) -> list[Figure]:
    stack = Stack(lab_.kit.state / "portal", say=lambda _: None)
    try:
        await asyncio.to_thread(stack.up, (*INFRASTRUCTURE, USERS))
        await big.fill(stack.kit.cluster().url())
        await asyncio.to_thread(stack.up, ("portal", "rma-projector", "audio-projector"))
        kit = Kit(stack.state)  # it knows the ports that were chosen just now
        await people.add_accounts(kit, [Account(ANNA, _EMAIL, "Anna Adria", "en")])
        return await _measured(kit, max(lab_.scale, LEAST_SCALE))
    finally:
        await asyncio.to_thread(stack.down)


async def _measured(kit: Kit, scale: float) -> list[Figure]:
    port = kit.ports.port("portal")
    cookies = await asyncio.to_thread(lambda: [_signed_in(port) for _ in range(PEOPLE)])
    trivial = await _load(port, cookies, TRIVIAL, scale)
    figures = list[Figure]()
    for what, path in PAGES.items():
        figures += _figures(what, await _load(port, cookies, path, scale), trivial)
    return figures


def _figures(what: str, page: Load, trivial: Load) -> list[Figure]:
    def latency(share: float, aim: str = "") -> Figure:
        ms, beside = (client.quantile(one.latencies, share) * 1000 for one in (page, trivial))
        return Figure(f"portal: {what}, p{share * 100:.0f}", ms, "ms", aim, (Beside("a page of text", beside),))

    return [
        latency(0.5),
        latency(0.95, "< 150 ms"),
        Figure(f"portal: {what}, weight", page.size / 1000, "kB", "< 150 kB"),
    ]


def _signed_in(port: int) -> str:
    """The cookie of a session of its own, in the one company of the account."""
    with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=60) as browser:
        token = _TOKEN.search(browser.get("/sign-in").text)
        form = {FORM_TOKEN: token[1] if token else "", "email": _EMAIL, "password": people.PASSWORD}
        if not browser.post("/sign-in", data=form).is_redirect:
            raise RuntimeError("nobody was signed in")
        browser.get("/company")
        return browser.cookies[COOKIE]


async def _load(port: int, cookies: Sequence[str], path: str, scale: float) -> Load:
    asked = [client.request("GET", path, headers=(f"Cookie: {COOKIE}={cookie}",)) for cookie in cookies]
    turn = iter(range(10**9))

    def make() -> bytes:
        return asked[next(turn) % len(asked)]

    async with client.channels(HOST, port, [None] * len(cookies)) as opened:
        await client.paced(opened, make, client.OK, RATE, WARM_SECONDS)
        size = len((await opened[0].ask(make())).body)
        return Load(await client.paced(opened, make, client.OK, RATE, SECONDS * scale), size)
