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

from benchmarks import client, lab, portal_filled
from benchmarks.figures import Beside, Figure
from benchmarks.lab import INFRASTRUCTURE, USERS, Lab
from benchmarks.portal_filled import MIDDLE_DAY, PARTNER, SUPPORT_CASE, VENDORS
from dev.demo import people
from dev.stack.cli import Stack
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from portal.application.accounts import Account
from portal.entrypoints.web.forms import COOKIE, FORM_TOKEN
from tests.support.ledger import big_company as big
from tests.support.ledger.ledger_log import ADRIA, HOTEL

PEOPLE = 50
RATE = 10.0
"""Pages a second: each of the people opens one every five seconds."""
SECONDS, WARM_SECONDS = 5.0, 1.0
LEAST_SCALE = 0.6
"""Of the short form: fewer pages have no p95."""
TRIVIAL = "/rules"


class Page(NamedTuple):
    """A page of the table: what it is, where, and who opens it."""

    what: str
    path: str
    who: Account = PARTNER


PAGES = (
    Page("home", "/"),
    Page("home, as of a day", f"/?as_of={MIDDLE_DAY}"),
    Page("projects", "/projects"),
    Page("projects, as of a day", f"/projects?as_of={MIDDLE_DAY}"),
    Page("a project of 10,000 devices", f"/projects/{HOTEL}"),
    Page("that project, as of a day", f"/projects/{HOTEL}?as_of={MIDDLE_DAY}"),
    Page("why its balance is what it is", f"/projects/{HOTEL}/why?type=Port11"),
    Page("people of that project, 1,000 grants", f"/projects/{HOTEL}/people"),
    Page("keys that it redeemed, 16,000", f"/projects/{HOTEL}/keys"),
    Page("its claim codes", f"/projects/{HOTEL}/claim-codes"),
    Page("its software service", f"/projects/{HOTEL}/service"),
    Page("allocating in it", f"/projects/{HOTEL}/allocations/new"),
    Page("moving licenses from it", f"/projects/{HOTEL}/transfers/new"),
    Page("balances of a type", "/balances?type=Port11"),
    Page("balances of a type, as of a day", f"/balances?type=Port11&as_of={MIDDLE_DAY}"),
    Page("devices", "/devices"),
    Page("devices of a project", f"/devices?project={HOTEL}"),
    Page("devices with a license type", "/devices?license_type=BRI"),
    Page("devices whose file waits", "/devices?delivered=false"),
    Page("devices that are blocked", "/devices?blocked=true"),
    Page("devices, as of a day", f"/devices?as_of={MIDDLE_DAY}"),
    Page("a device with 20,000 entries", f"/devices/{big.CROWDED}"),
    Page("that device, as of a day", f"/devices/{big.CROWDED}?as_of={MIDDLE_DAY}"),
    Page("why it has what it has", f"/devices/{big.CROWDED}/why?type=Port11"),
    Page("what ends within 90 days", "/expirations"),
    Page("warranties that end within a year", "/expirations?kind=warranty&within=365"),
    Page("searching by digits", "/search?q=04a1c7"),
    Page("searching by a name", "/search?q=hotel"),
    Page("redeeming keys", "/keys"),
    Page("many at once", "/bulk"),
    Page("allocating by a table", "/bulk/allocate"),
    Page("open repairs of 10,000", "/rmas"),
    Page("all repairs", "/rmas?show=all"),
    Page("a new repair", "/rmas/new"),
    Page("open support cases of 5,000", "/cases"),
    Page("all support cases", "/cases?state=all"),
    Page("a support case of 20 messages", f"/cases/{SUPPORT_CASE}"),
    Page("announcements, 20 of a day", "/audio"),
    Page("members, 1,000 of them", "/people"),
    Page("activity, 100,000 entries", "/activity"),
    Page("an entry", f"/e/{big.ENTRIES}"),
    Page("settings", "/settings"),
    Page("API tokens, 20", "/settings/api-tokens"),
    Page("staff: home", "/", VENDORS),
    Page("staff: searching by digits", "/search?q=04a1c7", VENDORS),
    Page("staff: searching by a name", "/search?q=hotel", VENDORS),
    Page("staff: projects of all companies", "/projects", VENDORS),
    Page("staff: devices of all companies", "/devices", VENDORS),
    Page("staff: companies, 20,000", "/staff/companies", VENDORS),
    Page("staff: a company of 100,000 devices", f"/staff/companies/{ADRIA}", VENDORS),
    Page("staff: a device", f"/staff/devices/{big.CROWDED}", VENDORS),
    Page("staff: keys, 50,000", "/staff/keys", VENDORS),
    Page("staff: corrections that wait", "/staff/corrections", VENDORS),
    Page("staff: what is blocked", "/staff/blocks", VENDORS),
    Page("staff: deliveries, 120,000", "/staff/deliveries", VENDORS),
    Page("staff: license types and models", "/staff/catalog", VENDORS),
    Page("staff: open repairs of 10,000", "/rmas", VENDORS),
    Page("staff: open support cases of 5,000", "/cases", VENDORS),
)
_TOKEN = re.compile(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"')


class Load(NamedTuple):
    """Latencies of a page in seconds, sorted; what all processes used for one; its bytes."""

    latencies: list[float]
    cpu_seconds: float
    size: int


async def measure(lab_: Lab) -> list[Figure]:
    stack = Stack(lab_.kit.state / "portal", say=lambda _: None)
    try:
        await asyncio.to_thread(stack.up, (*INFRASTRUCTURE, USERS))
        await big.fill(stack.kit.cluster().url())
        await asyncio.to_thread(stack.up, ("portal", "rma-projector", "audio-projector"))
        kit = Kit(stack.state)  # it knows the ports that were chosen just now
        await portal_filled.fill(kit)
        return await _measured(kit, max(lab_.scale, LEAST_SCALE))
    finally:
        await asyncio.to_thread(stack.down)


async def _measured(kit: Kit, scale: float) -> list[Figure]:
    port = kit.ports.port("portal")
    cookies = await asyncio.to_thread(lambda: {who: _sessions(port, who) for who in (PARTNER, VENDORS)})
    trivial = await _load(kit, cookies[PARTNER], TRIVIAL, scale)
    figures = list[Figure]()
    for page in PAGES:
        figures += _figures(page.what, await _load(kit, cookies[page.who], page.path, scale), trivial)
    return figures


def _figures(what: str, page: Load, trivial: Load) -> list[Figure]:
    def latency(share: float, aim: str = "") -> Figure:
        ms, beside = (client.quantile(one.latencies, share) * 1000 for one in (page, trivial))
        return Figure(f"portal: {what}, p{share * 100:.0f}", ms, "ms", aim, (Beside("a page of text", beside),))

    return [
        latency(0.5),
        latency(0.95, "< 150 ms"),
        Figure(
            f"portal: {what}, processor",
            page.cpu_seconds * 1000,
            "ms",
            "",
            (Beside("a page of text", trivial.cpu_seconds * 1000),),
        ),
        Figure(f"portal: {what}, weight", page.size / 1000, "kB", "< 150 kB"),
    ]


def _sessions(port: int, who: Account) -> list[str]:
    return [_signed_in(port, who) for _ in range(PEOPLE)]


def _signed_in(port: int, who: Account) -> str:
    """The cookie of a session of its own, in the one company of the account."""
    with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=60) as browser:
        token = _TOKEN.search(browser.get("/sign-in").text)
        form = {FORM_TOKEN: token[1] if token else "", "email": who.email, "password": people.PASSWORD}
        if not browser.post("/sign-in", data=form).is_redirect:
            raise RuntimeError("nobody was signed in")
        browser.get("/company")
        return browser.cookies[COOKIE]


async def _load(kit: Kit, cookies: Sequence[str], path: str, scale: float) -> Load:
    asked = [client.request("GET", path, headers=(f"Cookie: {COOKIE}={cookie}",)) for cookie in cookies]
    turn = iter(range(10**9))

    def make() -> bytes:
        return asked[next(turn) % len(asked)]

    async with client.channels(HOST, kit.ports.port("portal"), [None] * len(cookies)) as opened:
        await client.paced(opened, make, client.OK, RATE, WARM_SECONDS)
        size = len((await opened[0].ask(make())).body)
        before = lab.cpu_seconds(kit)
        latencies = await client.paced(opened, make, client.OK, RATE, SECONDS * scale)
        return Load(latencies, (lab.cpu_seconds(kit) - before) / len(latencies), size)
