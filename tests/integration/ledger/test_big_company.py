"""Lists and searches of a company with 100,000 devices: each page walks an index and reads as little as the first."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.fields import CompanyKind
from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.labels import PostgresLabels
from ledger.adapters.postgres.queries.exports import BALANCES, MOVEMENTS, Export, PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.adapters.postgres.queries.visibility import scope_of
from ledger.application.queries.balances import AllocatedView
from ledger.application.queries.delivered_devices import DeliveryPlace
from ledger.application.queries.devices import DeviceSearch, Expand, Expansion
from ledger.application.queries.expirations import ExpirationPlace, ExpirationSearch
from ledger.application.queries.exports import Wanted
from ledger.application.queries.project_order import ProjectOrder, ProjectPlace
from ledger.application.queries.projects import ProjectSearch
from ledger.application.queries.search import SearchText
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start
from tests.support.ledger import big_company as big
from tests.support.ledger.big_lists import (
    ARRIVALS,
    FEEDS,
    FEEDS_OF_ONE,
    HISTORY_LISTS,
    LATE_BY_NAME,
    NEAR_THE_END,
    ORDERED_PROJECTS,
    PEOPLE_LISTS,
    PROJECT_SEARCHES,
    SEARCHES,
    STATES,
    VIEWERS,
    anna,
    both_ways,
    guest,
    small,
    staff,
)
from tests.support.ledger.ledger_log import ADRIA, HOTEL
from tests.support.ledger.page_cost import LIMIT, PAGE_BUFFERS, OneConnection, Walk, hold, page_of
from tests.support.ledger.projector_at_work import connected

EXPANSIONS: tuple[Expansion, ...] = ("test", "guarantee", "offer")
BALANCE_BUFFERS = 3_500
"""Most that 50 projects with the balance of each may read: six for each of the ten types that each has had."""
PAST_DEVICE_BUFFERS = 13
"""Most that a balance of the past may read for a device: where it was, its version, and its newest file."""
FEW_BUFFERS = 300
"""Most that a list of some dozen rows may read, each with who made it."""


async def rights_of(queries: PostgresQueries, who: Viewer) -> Page[Any]:
    """A page of what an account is told of itself."""
    return (await queries.memberships(who, "", LIMIT)).rights


@pytest.fixture(scope="module")
def filled(database_url: str) -> str:
    asyncio.run(big.fill(database_url))
    return database_url


@pytest.fixture
async def pool(filled: str) -> AsyncIterator[OneConnection]:
    async with connected(filled) as connection:
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        yield OneConnection(connection)


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


@pytest.mark.parametrize(
    ("viewer", "members"),
    [(viewer, (member,)) for viewer in ("staff", "anna", "guest") for member in EXPANSIONS]
    + [("staff", EXPANSIONS), ("anna", EXPANSIONS)],
)
async def test_what_is_told_beside_devices_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, members: tuple[Expansion, ...]
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    expand = Expand(date(2026, 11, 24), frozenset(members))

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

    async def page(order: ProjectOrder, after: ProjectPlace) -> Page[Any]:
        return (await queries.totals(who, ADRIA, order, after, LIMIT)).projects

    await hold(pool, page("oldest_first", ProjectPlace()), page("oldest_first", ProjectPlace(big.PROJECTS - 100)))
    await hold(pool, page("name", ProjectPlace()), page("name", LATE_BY_NAME))


@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_projects_with_counts_cost_the_same_on_every_page(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    first, last = ProjectPlace(), ProjectPlace(big.PROJECTS - 100)
    await hold(
        pool,
        queries.projects(who, ProjectSearch(), first, LIMIT, "counts"),
        queries.projects(who, ProjectSearch(), last, LIMIT, "counts"),
    )


@pytest.mark.parametrize("as_of", [None, big.ENTRIES])
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_projects_with_balances_read_little_on_every_page(
    pool: OneConnection, viewer: str, as_of: int | None
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    for place in (ProjectPlace(), ProjectPlace(big.PROJECTS - 100)):
        page = await page_of(pool, queries.projects(who, ProjectSearch(as_of=as_of), place, LIMIT, "balances"))
        assert page.scanned <= {"held_licenses"}, "a small table, as most ledgers hold few licenses"
        assert page.buffers <= BALANCE_BUFFERS


@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_a_balance_of_a_project_of_many_devices_reads_no_device(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    balance = await queries.balance(who, HOTEL)
    plans = await pool.plans()
    assert balance is not None
    assert balance.allocated == [AllocatedView(license_type="Port11", license_class="pbx", count=9, delivered=3)]
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= FEW_BUFFERS


@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_a_balance_of_the_past_walks_an_index_for_each_device(pool: OneConnection, viewer: str) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    balance = await queries.balance_as_of(who, HOTEL, big.ENTRIES, with_devices=True)
    assert balance is not None
    assert balance.allocated == [
        AllocatedView(license_type="BRI", license_class="gateway", count=40_000, delivered=25_000),
        AllocatedView(license_type="Port11", license_class="pbx", count=60_000, delivered=35_000),
    ]
    await pool.plans()
    page = await page_of(pool, queries.balance_as_of(who, HOTEL, big.ENTRIES, with_devices=True))
    assert page.scanned <= {"held_licenses"}
    assert page.buffers <= PAST_DEVICE_BUFFERS * big.IN_HOTEL


async def test_a_list_of_the_past_adds_devices_up_only_where_few_ever_came(pool: OneConnection) -> None:
    queries, then = PostgresQueries(pool, 0), ProjectSearch(as_of=big.ENTRIES)
    pages = [
        await queries.projects(VIEWERS["anna"], then, place, LIMIT, "balances")
        for place in (ProjectPlace(), ProjectPlace(big.PROJECTS - 100))
    ]
    told = [[one.balances and one.balances.allocated for one in page.rows] for page in pages]
    assert told == [[None] * LIMIT, [[]] * LIMIT]


PAST_SEARCHES = [
    DeviceSearch(),
    DeviceSearch("0090338"),
    DeviceSearch(project=HOTEL),
    DeviceSearch(company=ADRIA),
    DeviceSearch(license_type="BRI", delivered=True),
]


@pytest.mark.parametrize("as_of", [big.ENTRIES, big.BEFORE_ALL_STAYS])
@pytest.mark.parametrize("viewer", ["staff", "anna", "ben", "guest"])
@pytest.mark.parametrize("wanted", PAST_SEARCHES, ids=repr)
async def test_a_search_of_devices_of_the_past_costs_the_same_whether_they_were_there_or_not(
    pool: OneConnection, viewer: str, as_of: int, wanted: DeviceSearch
) -> None:
    history, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    in_sight = replace(wanted, project=None) if viewer == "ben" else wanted

    await hold(
        pool,
        history.find_devices_as_of(who, in_sight, as_of, "", LIMIT),
        history.find_devices_as_of(who, in_sight, as_of, NEAR_THE_END, LIMIT),
        max_sorted=10 * LIMIT,
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
    SearchText(part="elf 2150"),
    SearchText(part="site 11"),
    SearchText(beginning="si"),
]


@pytest.mark.parametrize("typed", TYPED, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
async def test_a_search_reads_little_whatever_is_typed(pool: OneConnection, viewer: str, typed: SearchText) -> None:
    await PostgresQueries(pool, 0).search(VIEWERS[viewer], typed, 20)
    plans = await pool.plans()
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= PAGE_BUFFERS


LISTS_OF_LABELS = 5_000
"""Most pages that a search reads for a word that each of 100,000 labels has: their lists in the index, and few rows."""


@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_a_word_that_every_label_has_reads_the_index_and_few_rows(pool: OneConnection, viewer: str) -> None:
    found = await PostgresQueries(pool, 0).search(VIEWERS[viewer], SearchText(part="shelf"), 20)
    plans = await pool.plans()
    assert (len(found.items), found.more) == (20, ["device"])
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= LISTS_OF_LABELS


@pytest.mark.parametrize("viewer", ["staff", "anna"])
async def test_labels_of_some_devices_read_little_among_those_of_all(pool: OneConnection, viewer: str) -> None:
    queries = PostgresQueries(pool, 0)
    page = await queries.find_devices(VIEWERS[viewer], DeviceSearch(company=ADRIA), "", LIMIT)
    assert page is not None
    serials = [device.serial for device in page.rows]
    await pool.plans()
    found = await PostgresLabels(pool, queries).of_devices(VIEWERS[viewer], serials)
    plans = await pool.plans()
    assert (len(serials), len(found)) == (LIMIT, LIMIT)
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= PAGE_BUFFERS / 2


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
@pytest.mark.parametrize(("first", "last"), both_ways(big.BLOCKS - 700))
async def test_a_list_of_blocks_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, only_holding: bool, first: Start, last: Start
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(
        pool,
        queries.blocks(who, first, LIMIT, only_holding=only_holding),
        queries.blocks(who, last, LIMIT, only_holding=only_holding),
    )


@pytest.mark.parametrize("viewer", ["staff", "anna"])
@pytest.mark.parametrize(("first", "last"), both_ways(big.REPLACEMENTS - 100))
async def test_a_list_of_replacements_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, first: Start, last: Start
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, queries.replacements(who, first, LIMIT), queries.replacements(who, last, LIMIT))


@pytest.mark.parametrize(("wanted", "late"), ARRIVALS, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest", "small"])
async def test_a_list_of_devices_by_arrival_costs_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: DeviceSearch, late: int
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    in_sight = replace(wanted, project=None) if who == small else wanted
    await hold(
        pool,
        queries.devices_by_arrival(who, in_sight, MAX_SEQUENCE, LIMIT),
        queries.devices_by_arrival(who, in_sight, late, LIMIT),
    )


@pytest.mark.parametrize(("wanted", "first", "last"), ORDERED_PROJECTS, ids=repr)
@pytest.mark.parametrize("viewer", ["staff", "anna", "guest"])
async def test_projects_in_an_order_cost_the_same_on_every_page(
    pool: OneConnection, viewer: str, wanted: ProjectSearch, first: ProjectPlace, last: ProjectPlace
) -> None:
    queries, who = PostgresQueries(pool, 0), VIEWERS[viewer]
    await hold(pool, queries.projects(who, wanted, first, LIMIT), queries.projects(who, wanted, last, LIMIT))


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
@pytest.mark.parametrize(("first", "last"), both_ways(big.STRANGERS - 1_500))
async def test_a_list_of_companies_costs_the_same_on_every_page(
    pool: OneConnection, kind: CompanyKind | None, first: Start, last: Start
) -> None:
    queries = PostgresQueries(pool, 0)
    await hold(pool, queries.companies(staff, kind, first, LIMIT), queries.companies(staff, kind, last, LIMIT))


async def test_one_company_of_many_is_found_by_reading_little(pool: OneConnection) -> None:
    page = await page_of(pool, PostgresQueries(pool, 0).companies(anna, None, Start(), LIMIT))
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


async def test_a_list_of_deliveries_by_day_costs_the_same_on_every_page(pool: OneConnection) -> None:
    queries = PostgresQueries(pool, 0)
    await hold(
        pool,
        queries.delivered_devices_by_day(staff, DeliveryPlace(date.max, ""), LIMIT),
        queries.delivered_devices_by_day(staff, DeliveryPlace(date(2026, 5, 21), "00903300f000"), LIMIT),
    )


@pytest.mark.parametrize("order_number", [None, big.ORDER])
@pytest.mark.parametrize(("first", "last"), both_ways(big.KEYS - 500))
async def test_a_list_of_keys_costs_the_same_on_every_page(
    pool: OneConnection, order_number: str | None, first: Start, last: Start
) -> None:
    history = PostgresQueries(pool, 0)
    await hold(
        pool,
        history.activation_keys(staff, order_number, first, LIMIT),
        history.activation_keys(staff, order_number, last, LIMIT),
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
