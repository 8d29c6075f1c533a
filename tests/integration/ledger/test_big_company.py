"""Lists and searches of a company with 100,000 devices: each page walks an index and reads as little as the first."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import pytest

from contracts.fields import CompanyKind
from ledger.adapters.postgres.queries.exports import BALANCES, MOVEMENTS, Export, PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.adapters.postgres.queries.visibility import scope_of
from ledger.application.queries.devices import DeviceSearch, Expand, Expansion
from ledger.application.queries.expirations import ExpirationPlace, ExpirationSearch
from ledger.application.queries.exports import Wanted
from ledger.application.queries.history import EntrySearch
from ledger.application.queries.members import GrantPlace
from ledger.application.queries.projects import ProjectPlace, ProjectSearch
from ledger.application.queries.search import SearchText
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page
from tests.support.ledger import big_company as big
from tests.support.ledger.ledger_log import ADRIA, ANNA, BEN, BORA, HOTEL, STAFF, VENDOR
from tests.support.ledger.projector_at_work import connected

LIMIT = 50
PAGE_BUFFERS = 1_200
"""Most pages of 8 KiB that a list of 50 rows, with all that is shown of each, may read; the tables have thousands.

A feed comes nearest: what each entry moved, and where its devices were.
"""
FEW_BUFFERS = 300
"""Most that a list of some dozen rows may read, each with who made it."""
SPREAD = 8 * LIMIT
"""By how many the last page may differ from the first: rows of neighbouring entries lie together, or do not, and the
planner looks at a random sample of them."""
MAX_SORTED = 4 * LIMIT
"""Rows that may be sorted: those of a few walks that become one page."""
SMALL_TABLES = {"members", "position"}
"""Those that may be read whole."""
NEAR_THE_END = "00903380f000"
"""A serial behind which there are some pages still, whatever the search."""

staff, anna, ben = Viewer(STAFF, VENDOR), Viewer(ANNA, ADRIA), Viewer(BEN, BORA)
guest, small = Viewer(big.GUEST, big.GUESTS_COMPANY), Viewer(big.SMALLS_ACCOUNT, big.SMALL)
VIEWERS = {"staff": staff, "anna": anna, "ben": ben, "guest": guest, "small": small}

QueriesT = TypeVar("QueriesT")
Asking = Awaitable[Page[Any] | None]


class Walk(NamedTuple, Generic[QueriesT]):
    """A list, where it begins, and a cursor that is a page or two before its end."""

    name: str
    ask: Callable[[QueriesT, Viewer, Any], Asking]
    first: Any
    last: Any


SEARCHES = [
    DeviceSearch(prefix, project, license_type)
    for prefix in ("", "0090338")
    for project in (None, HOTEL)
    for license_type in (None, "Port11", "BRI")
] + [DeviceSearch(company=company, license_type=name) for company in (ADRIA, BORA) for name in (None, "BRI")]
STATES = [
    replace(wanted, project=project, company=company)
    for wanted in (
        DeviceSearch(delivered=True),
        DeviceSearch(delivered=False),
        DeviceSearch(blocked=True),
        DeviceSearch(blocked=False),
        DeviceSearch(model=big.MODEL),
        DeviceSearch(model=big.RARE_MODEL),
    )
    for project, company in ((None, None), (HOTEL, None), (None, ADRIA))
] + [
    DeviceSearch("0090338", delivered=False, blocked=True, model=big.MODEL),
    DeviceSearch(license_type="BRI", delivered=False),
    DeviceSearch(license_type="BRI", delivered=True, blocked=True),
    DeviceSearch(license_type="Port11", model=big.RARE_MODEL),
    DeviceSearch(company=ADRIA, license_type="Port11", delivered=False, blocked=False, model=big.MODEL),
]
PROJECT_SEARCHES = [
    ProjectSearch(name, company, archived)
    for name in ("", "hotel 21")
    for company in (None, ADRIA)
    for archived in (None, True, False)
]
_START, _END = (0, -1), (big.ENTRIES - 500, -1)
HISTORY_LISTS: list[Walk[PostgresQueries]] = [
    Walk(
        "projects",
        lambda q, v, at: q.projects(v, ProjectSearch(), at, LIMIT),
        ProjectPlace(),
        ProjectPlace(big.PROJECTS - 100),
    ),
    Walk("devices of a project", lambda q, v, at: q.devices(v, HOTEL, at, LIMIT), "", "0090338f0000"),
    Walk("movements of a project", lambda q, v, at: q.movements(v, f"project/{HOTEL}", at, LIMIT), _START, _END),
    Walk("movements of a device", lambda q, v, at: q.movements(v, f"device/{big.CROWDED}", at, LIMIT), _START, _END),
    Walk("why", lambda q, v, at: q.causes(v, HOTEL, "Port11", big.ENTRIES, at, LIMIT), _START, _END),
    Walk("why, late", lambda q, v, at: q.causes(v, big.LATE, "Port11", big.ENTRIES, at, LIMIT), _START, _END),
    Walk(
        "history of a project",
        lambda q, v, at: q.entries(v, EntrySearch(project=HOTEL), at, LIMIT),
        *(0, big.ENTRIES - 100),
    ),
    Walk(
        "history, late", lambda q, v, at: q.entries(v, EntrySearch(project=big.LATE), at, LIMIT), 0, big.ENTRIES - 100
    ),
    Walk(
        "history of a company",
        lambda q, v, at: q.entries(v, EntrySearch(company=ADRIA), at, LIMIT),
        0,
        big.ENTRIES - 100,
    ),
    Walk(
        "history of a device",
        lambda q, v, at: q.entries(v, EntrySearch(device=big.CROWDED), at, LIMIT),
        0,
        big.ENTRIES - 100,
    ),
]


def feed(wanted: EntrySearch) -> Callable[[PostgresQueries, Viewer, Any], Asking]:
    return lambda queries, viewer, at: queries.entries(viewer, wanted, at, LIMIT)


FEEDS: list[Walk[PostgresQueries]] = [
    Walk("all", feed(EntrySearch()), None, big.ENTRIES - 100),
    Walk("newest first", feed(EntrySearch(newest_first=True)), None, 100),
    Walk("of rare types", feed(EntrySearch(types=(big.RARE, "licensing.ledger.device-added.v1"))), None, 40_000),
]
FEEDS_OF_ONE: list[Walk[PostgresQueries]] = [
    Walk(f"{name}, of {one}", feed(wanted), *at)
    for one, thing in (
        ("a project", EntrySearch(project=HOTEL)),
        ("a company", EntrySearch(company=ADRIA)),
        ("a device", EntrySearch(device=big.CROWDED)),
    )
    for name, wanted, at in (
        ("newest", replace(thing, newest_first=True), (None, 100)),
        ("rare", replace(thing, types=(big.RARE,)), (None, 40_000)),
    )
]
_NEAR = "00000000-0000-4000-8000-000000000390"
_GRANT_PLACES = GrantPlace(), GrantPlace(_NEAR)
PEOPLE_LISTS: list[Walk[PostgresQueries]] = [
    Walk("members", lambda q, v, at: q.members(v, ADRIA, at, LIMIT), "", _NEAR),
    Walk("grants", lambda q, v, at: q.grants(v, HOTEL, (at, ""), LIMIT), "", _NEAR),
    Walk("offers", lambda q, v, at: q.offers(v, at, LIMIT), "", NEAR_THE_END),
    Walk("grants of a company", lambda q, v, at: q.company_grants(v, ADRIA, None, at, LIMIT), *_GRANT_PLACES),
    Walk("claim codes", lambda q, v, at: q.claim_codes(v, HOTEL, at, LIMIT), 0, big.CODES - 400),
    Walk("open claim codes", lambda q, v, at: q.claim_codes(v, HOTEL, at, LIMIT, "open"), 0, big.CODES - 400),
    Walk("keys of a project", lambda q, v, at: q.redeemed_keys(v, HOTEL, at, LIMIT), 0, big.KEYS - 500),
]


async def rights_of(queries: PostgresQueries, who: Viewer) -> Page[Any]:
    """A page of what an account is told of itself."""
    return (await queries.memberships(who, "", LIMIT)).rights


@pytest.fixture(scope="module")
def filled(database_url: str) -> str:
    asyncio.run(big.fill(database_url))
    return database_url


@dataclass
class OneConnection:
    """A pool of one connection that remembers what was asked of it."""

    connection: Any
    asked: list[Any] = field(default_factory=list[Any])

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Any]:
        with self.connection.query_logger(self.asked.append):
            yield self.connection

    async def plans(self) -> list[dict[str, Any]]:
        """The plans of all queries since the last time, with what each has read."""
        # The client itself asks the catalog about types that it meets for the first time.
        asked = [one for one in self.asked if "SELECT" in one.query and "pg_catalog" not in one.query]
        self.asked = []
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
        found = [await self.connection.fetchval(explain + one.query, *one.args) for one in asked]
        return [json.loads(one)[0]["Plan"] for one in found]


class Cost(NamedTuple):
    """What a page cost: pages of 8 KiB that were read, tables that were read whole, rows that were sorted."""

    buffers: int
    scanned: set[str]
    sorted: int


@pytest.fixture
async def pool(filled: str) -> AsyncIterator[OneConnection]:
    async with connected(filled) as connection:
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        yield OneConnection(connection)


async def page_of(pool: OneConnection, asking: Asking) -> Cost:
    """What the queries behind a page cost, run once more to be told; the page must have rows to say so."""
    assert await asking is not None
    plans = await pool.plans()
    nodes = [node for plan in plans for node in _nodes(plan)]
    sorts = [node["Plans"][0]["Actual Rows"] for node in nodes if node["Node Type"] == "Sort"]
    return Cost(
        buffers=sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans),
        scanned={node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} - SMALL_TABLES,
        sorted=max(sorts, default=0),
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


async def hold(pool: OneConnection, first: Asking, last: Asking, max_sorted: int = MAX_SORTED) -> None:
    """Both pages walk indexes, and the last one costs what the first does."""
    early, late = await page_of(pool, first), await page_of(pool, last)
    for page in (early, late):
        assert page.scanned == set()
        assert page.sorted <= max_sorted
        assert page.buffers <= PAGE_BUFFERS
    assert abs(late.buffers - early.buffers) <= SPREAD


@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
@pytest.mark.parametrize("wanted", SEARCHES, ids=repr)
async def test_a_search_of_devices_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: DeviceSearch
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    in_sight = replace(wanted, project=None) if who == small else wanted

    await hold(
        pool,
        history.find_devices(who, in_sight, "", LIMIT),
        history.find_devices(who, in_sight, NEAR_THE_END, LIMIT),
    )


@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
@pytest.mark.parametrize("wanted", STATES, ids=repr)
async def test_a_search_by_state_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: DeviceSearch
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    in_sight = replace(wanted, project=None) if who == small else wanted

    await hold(
        pool,
        history.find_devices(who, in_sight, "", LIMIT),
        history.find_devices(who, in_sight, NEAR_THE_END, LIMIT),
    )


@pytest.mark.parametrize("member", ["test", "guarantee", "offer"])
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_what_is_told_beside_devices_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, member: Expansion
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    expand = Expand(date(2026, 11, 24), frozenset({member}))

    await hold(
        pool,
        history.find_devices(who, DeviceSearch(), "", LIMIT, expand),
        history.find_devices(who, DeviceSearch(), NEAR_THE_END, LIMIT, expand),
    )


@pytest.mark.parametrize("walk", HISTORY_LISTS, ids=lambda walk: walk.name)
@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_list_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, walk: "Walk[PostgresQueries]"
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, walk.ask(history, who, walk.first), walk.ask(history, who, walk.last))


@pytest.mark.parametrize("walk", FEEDS, ids=lambda walk: walk.name)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_a_feed_of_entries_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, walk: "Walk[PostgresQueries]"
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, walk.ask(history, who, walk.first), walk.ask(history, who, walk.last))


@pytest.mark.parametrize("walk", FEEDS_OF_ONE, ids=lambda walk: walk.name)
@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_feed_of_one_thing_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, walk: "Walk[PostgresQueries]"
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, walk.ask(history, who, walk.first), walk.ask(history, who, walk.last))


@pytest.mark.parametrize("walk", PEOPLE_LISTS, ids=lambda walk: walk.name)
@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_list_of_people_or_offers_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, walk: "Walk[PostgresQueries]"
) -> None:
    people, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, walk.ask(people, who, walk.first), walk.ask(people, who, walk.last))


@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_balances_of_a_company_cost_the_same_on_every_page(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]

    async def page(after: int) -> Page[Any]:
        return (await queries.totals(who, ADRIA, after, LIMIT)).projects

    await hold(pool, page(0), page(big.PROJECTS - 100))


@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_projects_with_counts_cost_the_same_on_every_page(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    first, last = ProjectPlace(), ProjectPlace(big.PROJECTS - 100)
    await hold(
        pool,
        queries.projects(who, ProjectSearch(), first, LIMIT, counted=True),
        queries.projects(who, ProjectSearch(), last, LIMIT, counted=True),
    )


TYPED = [
    SearchText(serial="02030", part="02030"),
    SearchText(serial="9033", part="9033"),
    SearchText(serial="009033"),
    SearchText(serial="00903300000a"),
    SearchText(serial="abcdef", part="abcdef"),
    SearchText(key_hint="00AB", part="00ab"),
    SearchText(part="hotel"),
    SearchText(part="tel 2150"),
    SearchText(beginning="PO-1"),
    SearchText(beginning="c"),
    SearchText(part="case-2026"),
    SearchText(part="2026-77"),
    SearchText(part="nowhere"),
    SearchText(beginning="ho"),
]


@pytest.mark.parametrize("typed", TYPED, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
async def test_a_search_reads_little_whatever_is_typed(pool: OneConnection, viewer: str, typed: SearchText) -> None:
    await PostgresQueries(pool, 0).search(VIEWERS[viewer], typed, 20)
    plans = await pool.plans()
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= PAGE_BUFFERS


FIRST_DAY, LAST_DAY = date(2026, 11, 24), date(2029, 9, 1)
EXPIRATION_SEARCHES = [
    ExpirationSearch(FIRST_DAY, LAST_DAY, datetime(2026, 11, 24, tzinfo=UTC), kind, project, company)
    for kind in (None, "warranty")
    for project, company in ((None, None), (HOTEL, None), (None, ADRIA))
]


@pytest.mark.parametrize("wanted", EXPIRATION_SEARCHES, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_a_list_of_what_ends_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: ExpirationSearch
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    near_the_end = ExpirationPlace(FIRST_DAY + timedelta(days=900))
    if who == guest and wanted.kind == "warranty":
        page = await queries.expirations(who, wanted, ExpirationPlace(FIRST_DAY), LIMIT)
        assert page is not None
        assert page.rows == ()
        return
    await hold(
        pool,
        queries.expirations(who, wanted, ExpirationPlace(FIRST_DAY), LIMIT),
        queries.expirations(who, wanted, near_the_end, LIMIT),
        max_sorted=10 * LIMIT,
    )


@pytest.mark.parametrize("only_holding", [True, False])
@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_list_of_blocks_costs_the_same_on_every_page(
    pool: OneConnection,
    viewer: str,
    only_holding: bool,
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(
        pool,
        queries.blocks(who, 0, LIMIT, only_holding=only_holding),
        queries.blocks(who, big.BLOCKS - 700, LIMIT, only_holding=only_holding),
    )


@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_list_of_replacements_costs_the_same_on_every_page(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    last = big.REPLACEMENTS - 100
    await hold(pool, queries.replacements(who, 0, LIMIT), queries.replacements(who, last, LIMIT))


@pytest.mark.parametrize("wanted", PROJECT_SEARCHES, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
async def test_a_search_of_projects_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: ProjectSearch
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(
        pool,
        history.projects(who, wanted, ProjectPlace(), LIMIT),
        history.projects(
            who, wanted, ProjectPlace(big.PROJECTS - 300, f"hotel {big.PROJECTS - 310}" if wanted.name else ""), LIMIT
        ),
    )


@pytest.mark.parametrize("kind", [None, "reseller", "end_customer"])
async def test_a_list_of_companies_costs_the_same_on_every_page(pool: OneConnection, kind: CompanyKind | None) -> None:
    queries = PostgresQueries(pool, 0)
    await hold(
        pool,
        queries.companies(staff, kind, 0, LIMIT),
        queries.companies(staff, kind, big.STRANGERS - 1_500, LIMIT),
    )


async def test_one_company_of_many_is_found_by_reading_little(pool: OneConnection) -> None:
    page = await page_of(pool, PostgresQueries(pool, 0).companies(anna, None, 0, LIMIT))
    assert page.scanned == set()
    assert page.buffers <= FEW_BUFFERS


@pytest.mark.parametrize("prefix", ["", "0090338"])
async def test_a_list_of_delivered_devices_costs_the_same_on_every_page(pool: OneConnection, prefix: str) -> None:
    queries = PostgresQueries(pool, 0)
    await hold(
        pool,
        queries.delivered_devices(staff, prefix, "", LIMIT),
        queries.delivered_devices(staff, prefix, NEAR_THE_END, LIMIT),
    )


@pytest.mark.parametrize("order_number", [None, big.ORDER])
async def test_a_list_of_keys_costs_the_same_on_every_page(pool: OneConnection, order_number: str | None) -> None:
    history = PostgresQueries(pool, 0)
    await hold(
        pool,
        history.activation_keys(staff, order_number, 0, LIMIT),
        history.activation_keys(staff, order_number, big.KEYS - 500, LIMIT),
    )


@pytest.mark.parametrize("viewer", ["guest", "small", "ben"])
async def test_who_sees_little_of_a_big_ledger_reads_little_of_it(pool: OneConnection, viewer: str) -> None:
    history, people, who = PostgresQueries(pool, 0), PostgresQueries(pool, 0), VIEWERS[viewer]
    pages = [
        await page_of(pool, history.projects(who, ProjectSearch(), ProjectPlace(), LIMIT)),
        await page_of(pool, people.offers(who, "", LIMIT)),
        await page_of(pool, rights_of(people, who)),
    ]
    assert [page.scanned for page in pages] == [set(), set(), set()]
    assert max(page.buffers for page in pages) <= FEW_BUFFERS


async def test_the_last_page_of_a_list_is_the_end_of_it(pool: OneConnection) -> None:
    history = PostgresQueries(pool, 0)
    found: list[str] = []
    more = True
    while more:
        page = await history.devices(anna, HOTEL, found[-1] if found else "", 1_000)
        assert page is not None
        found += [row.serial for row in page.rows]
        more = page.more
    assert len(found) == big.IN_HOTEL
    assert found == sorted(set(found))


@pytest.mark.parametrize("export", [MOVEMENTS, BALANCES], ids=["movements", "balances"])
async def test_who_has_little_in_a_big_ledger_exports_it_by_reading_little(pool: OneConnection, export: Export) -> None:
    plan = await _plan_of(pool, export, small, "ANALYZE, BUFFERS, ")
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= FEW_BUFFERS


@pytest.mark.parametrize("export", [MOVEMENTS, BALANCES], ids=["movements", "balances"])
@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_the_first_rows_of_a_big_export_do_not_wait_for_the_last(
    pool: OneConnection, export: Export, viewer: str
) -> None:
    plan = await _plan_of(pool, export, VIEWERS[viewer])
    assert plan["Startup Cost"] < plan["Total Cost"] / 20


async def _plan_of(pool: OneConnection, export: Export, who: Viewer, options: str = "") -> dict[str, Any]:
    scope = await scope_of(pool.connection, 0, who)
    wanted = Wanted(until=big.ENTRIES)
    query, arguments = await PostgresExports(PostgresQueries(pool, 0)).query(pool.connection, export, scope, wanted)
    told = await pool.connection.fetchval(f"EXPLAIN ({options}FORMAT JSON) {query}", *arguments)
    plan: dict[str, Any] = json.loads(told)[0]["Plan"]
    return plan
