"""Every list and search of a big ledger, with a first page and one near its end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.application.queries.devices import DeviceSearch
from ledger.application.queries.history import EntrySearch
from ledger.application.queries.members import GrantPlace
from ledger.application.queries.project_order import FROM_THE_NEWEST, ProjectOrder, ProjectPlace
from ledger.application.queries.projects import ProjectSearch
from ledger.application.queries.visibility import Viewer
from runtime.pages import Start
from tests.support.ledger import big_company as big
from tests.support.ledger.ledger_log import ADRIA, ANNA, BEN, BORA, HOTEL, STAFF, VENDOR
from tests.support.ledger.page_cost import LIMIT, Asking, Walk

NEAR_THE_END = "00903380f000"
"""A serial behind which there are some pages still, whatever the search."""

staff, anna, ben = Viewer(STAFF, VENDOR), Viewer(ANNA, ADRIA), Viewer(BEN, BORA)
guest, small = Viewer(big.GUEST, big.GUESTS_COMPANY), Viewer(big.SMALLS_ACCOUNT, big.SMALL)
VIEWERS = {"staff": staff, "anna": anna, "ben": ben, "guest": guest, "small": small}


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
LATE_BY_NAME = ProjectPlace(0, "hotel 217")
_ORDERS_OF_PROJECTS: list[tuple[ProjectOrder, ProjectPlace, ProjectPlace]] = [
    ("name", ProjectPlace(), LATE_BY_NAME),
    ("newest_first", FROM_THE_NEWEST, ProjectPlace(big.STRANGERS + 400)),
]
ORDERED_PROJECTS: list[tuple[ProjectSearch, ProjectPlace, ProjectPlace]] = [
    (ProjectSearch("", company, archived, order=order), first, last)
    for order, first, last in _ORDERS_OF_PROJECTS
    for company in (None, ADRIA)
    for archived in (None, False)
]
"""In orders that are asked for, with a first page and one near the end."""
ARRIVALS = [(DeviceSearch(), 30_000), (DeviceSearch(project=HOTEL), 1_000), (DeviceSearch(company=ADRIA), 30_000)]
"""What is listed by arrival, and an entry before which a late page begins."""


def both_ways(last: int) -> list[tuple[Start, Start]]:
    """Where a list in the order of entries begins, and a page near its end: oldest first, and newest first."""
    return [(Start(), Start(last)), (Start(MAX_SEQUENCE, newest_first=True), Start(100, newest_first=True))]


_START, _END = (0, -1), (big.ENTRIES - 500, -1)
HISTORY_LISTS: list[Walk[PostgresQueries]] = [
    Walk(
        "projects",
        lambda q, v, at: q.projects(v, ProjectSearch(), at, LIMIT),
        ProjectPlace(),
        ProjectPlace(big.PROJECTS - 100),
    ),
    Walk("devices of a project", lambda q, v, at: q.devices(v, HOTEL, at, LIMIT), "", "0090338f0000"),
    Walk(
        "devices of a project then",
        lambda q, v, at: q.devices_as_of(v, HOTEL, big.ENTRIES, at, LIMIT),
        *("", "0090338f0000"),
    ),
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
        *(
            [("moving a license type", replace(thing, license_type="Port11", newest_first=True), (None, 1_000))]
            if thing.company is None
            else []
        ),
    )
]
_NEAR = "00000000-0000-4000-8000-000000000390"
_GRANT_PLACES = GrantPlace(), GrantPlace(_NEAR)
LISTS_OF_A_PROJECT: list[tuple[str, Callable[[PostgresQueries, Viewer, Any], Asking], int]] = [
    ("claim codes", lambda q, v, at: q.claim_codes(v, HOTEL, at, LIMIT), big.CODES - 400),
    ("open claim codes", lambda q, v, at: q.claim_codes(v, HOTEL, at, LIMIT, "open"), big.CODES - 400),
    ("keys of a project", lambda q, v, at: q.redeemed_keys(v, HOTEL, at, LIMIT), big.KEYS - 500),
]
PEOPLE_LISTS: list[Walk[PostgresQueries]] = [
    Walk("members", lambda q, v, at: q.members(v, ADRIA, at, LIMIT), "", _NEAR),
    Walk("grants", lambda q, v, at: q.grants(v, HOTEL, (at, ""), LIMIT), "", _NEAR),
    Walk("offers", lambda q, v, at: q.offers(v, at, LIMIT), "", NEAR_THE_END),
    Walk("grants of a company", lambda q, v, at: q.company_grants(v, ADRIA, None, at, LIMIT), *_GRANT_PLACES),
    *(
        Walk(f"{name}, {start}", ask, start, last)
        for name, ask, near in LISTS_OF_A_PROJECT
        for start, last in both_ways(near)
    ),
]
