"""What a list shows, with its filters and at its time, as a table for a spreadsheet."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from licensing_client.api import AccessView, DeviceView, EntryView, ExpirationView, LabelView, LicensesView, ProjectView
from licensing_client.cases_api import SummaryView
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.bulk.csv_files import MARK, lines_of, separator_of, written
from portal.entrypoints.web.dependencies import TheServices, TheStaff, TheVisit
from portal.entrypoints.web.downloads import saving
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes import devices, expirations, projects, repairs
from portal.entrypoints.web.routes.devices import find_devices
from portal.entrypoints.web.routes.expirations import find_expirations
from portal.entrypoints.web.routes.projects import find_projects
from portal.entrypoints.web.routes.repairs import find_cases
from portal.entrypoints.web.routes.staff.accesses import TheWanted, find_accesses
from portal.entrypoints.web.times import AsOf, newest
from portal.entrypoints.web.words import Words
from runtime.web.streaming import streamed

MEDIA_TYPE = "text/csv; charset=utf-8"
ROWS_A_QUESTION = 200
MOST_ROWS = 100_000
"""Of one file; whoever has more takes the exports of the API."""
CUT_OFF = "there is more"
"""What stands below the last row of a list that goes on."""
LABEL = ("own_name", "place", "reference")
OF_DEVICES = (
    "serial",
    *LABEL,
    "project",
    "licenses",
    "generation",
    "issue",
    "delivered_issue",
    "arrived",
    "changed",
    "last_seen",
)
OF_PROJECTS = ("project", "project_name", *LABEL, "free", "held", "created", "archived")
OF_CASES = ("rma", "serial", "project", "reference", "state", "expected", "filed", "since", "overdue_on", "owed")
OF_EXPIRATIONS = ("kind", "project_name", "serial", "code_hint", "ends_on", "days_left", "project")
OF_ACCESSES = (
    "time",
    "account",
    "person",
    "operation",
    "company",
    "company_name",
    "project",
    "device",
    "case",
    "asked",
    "request_id",
)
OF_ENTRIES = (
    "sequence",
    "time",
    "event_type",
    "actor",
    "person",
    "company",
    "projects",
    "serials",
    "movements",
    "note",
)

Line = Mapping[str, str]
router = APIRouter(prefix="/exports")


class Found(Protocol):
    """A question for the rows behind a cursor; the answer has `items`, and `next` while there are more."""

    def __call__(self, cursor: str | None, /) -> Awaitable[Any]: ...


@router.get("/devices.csv")
async def devices_file(
    request: Request, visit: TheVisit, wanted: Annotated[devices.Wanted, Depends()], as_of: AsOf
) -> Response:
    """The devices of a list."""

    def found(cursor: str | None) -> Awaitable[Any]:
        return find_devices(visit.api, wanted, as_of, cursor, ROWS_A_QUESTION)

    return await _table(request, "devices", OF_DEVICES, found, _device)


@router.get("/projects.csv")
async def projects_file(
    request: Request, visit: TheVisit, as_of: AsOf, wanted: Annotated[projects.Wanted, Depends()]
) -> Response:
    """The projects of a list, with their balances."""

    def found(cursor: str | None) -> Awaitable[Any]:
        return find_projects(visit.api, wanted, as_of, cursor, ROWS_A_QUESTION)

    return await _table(request, "projects", OF_PROJECTS, found, _project)


@router.get("/repairs.csv")
async def repairs_file(request: Request, visit: TheVisit, wanted: Annotated[repairs.Wanted, Depends()]) -> Response:
    """The cases of a list."""

    def found(cursor: str | None) -> Awaitable[Any]:
        return find_cases(visit.api, wanted, cursor, ROWS_A_QUESTION)

    return await _table(request, "repairs", OF_CASES, found, _case)


@router.get("/expirations.csv")
async def expirations_file(
    request: Request, visit: TheVisit, wanted: Annotated[expirations.Wanted, Depends()]
) -> Response:
    """What ends, by a list."""

    def found(cursor: str | None) -> Awaitable[Any]:
        return find_expirations(visit.api, wanted, cursor, ROWS_A_QUESTION)

    return await _table(request, "expirations", OF_EXPIRATIONS, found, _expiration)


@router.get("/activity.csv")
async def activity_file(
    request: Request, visit: TheVisit, services: TheServices, project: str = "", device: str = ""
) -> Response:
    """The entries that the visitor sees, the newest first: all, or those about a project or a device."""
    words = words_for(request)

    async def found(cursor: str | None) -> Any:
        until = None if cursor is None else int(cursor) - 1
        page = await newest(visit.api, ROWS_A_QUESTION, until=until, project=project or None, device=device or None)
        known = await actors(page["items"], services.accounts, visit)
        items = [(entry, known[entry["actor"]]) for entry in page["items"]]
        return {"items": items, "next": str(page["next"]) if page["more"] else None}

    def line(row: tuple[EntryView, Mapping[str, Any]]) -> Line:
        return _entry(*row, words)

    return await _table(request, "activity", OF_ENTRIES, found, line)


@router.get("/accesses.csv")
async def accesses_file(request: Request, visit: TheStaff, services: TheServices, wanted: TheWanted) -> Response:
    """What staff has read, by a list."""
    words = words_for(request)

    async def found(cursor: str | None) -> Any:
        page = await find_accesses(visit.api, services.accounts, wanted, cursor, ROWS_A_QUESTION)
        people = await services.accounts.names([one["account"] for one in page["items"]])
        companies = await services.accounts.company_names([one["company"] for one in page["items"] if one["company"]])
        return {"items": [(one, people, companies) for one in page["items"]], "next": page["next"]}

    def line(row: tuple[AccessView, Mapping[str, str], Mapping[str, str]]) -> Line:
        return _access(*row, words)

    return await _table(request, "accesses", OF_ACCESSES, found, line)


async def _table(
    request: Request, name: str, columns: Sequence[str], found: Found, line: Callable[[Any], Line]
) -> Response:
    """All rows, as they come; what the API refuses before the first is a page that says so."""
    separator = separator_of(words_for(request))

    async def pieces() -> AsyncGenerator[bytes]:
        page, cursor, count = await found(None), None, 0
        yield (MARK + written(columns, map(line, page["items"]), separator)).encode()
        while (count := count + len(page["items"])) < MOST_ROWS and page["next"] not in (None, cursor):
            cursor = page["next"]
            page = await found(cursor)
            yield lines_of(columns, map(line, page["items"]), separator).encode()
        if page["next"] is not None:
            yield lines_of(columns, [{columns[0]: CUT_OFF}], separator).encode()

    headers = saving(f"{name}.csv") | {"Cache-Control": "no-store"}
    return await streamed(pieces(), media_type=MEDIA_TYPE, headers=headers)


def _device(one: DeviceView) -> Line:
    return {
        **_plain(one, OF_DEVICES),
        **_words(one.get("label")),
        "licenses": _counted(one["licenses"]),
    }


def _project(one: ProjectView) -> Line:
    balance = one.get("balances")
    return {
        **_plain(one, OF_PROJECTS),
        **_words(one.get("label")),
        "free": _counted(balance["free"]) if balance else "",
        "held": _counted(balance["held"]) if balance else "",
    }


def _case(one: SummaryView) -> Line:
    return _plain(one, OF_CASES)


def _expiration(one: ExpirationView) -> Line:
    return _plain(one, OF_EXPIRATIONS)


def _entry(one: EntryView, by: Mapping[str, Any], words: Words) -> Line:
    """Names as the page of the same entry has them, beside the ids, which stay what they are."""
    moved = (f"{row['account']} {row['count']:+} {row['license_type']}" for row in one["movements"])
    return {
        **_plain(one, OF_ENTRIES),
        "person": words("erased account") if by["name"] == "" else by["name"] or "",
        "company": by["company"] or "",
        "projects": " ".join(one["projects"]),
        "serials": " ".join(one["serials"]),
        "movements": "; ".join(moved),
        "note": " / ".join(note["note"] for note in one.get("notes", ())),
    }


def _access(one: AccessView, people: Mapping[str, str], companies: Mapping[str, str], words: Words) -> Line:
    person = people.get(one["account"], "")
    return {
        **_plain(one, OF_ACCESSES),
        "person": words("erased account") if one["account"] in people and not person else person,
        "company_name": companies.get(one["company"] or "", ""),
        "asked": "; ".join(f"{name} {said}" for name, said in one["asked"].items()),
    }


def _plain(row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, str]:
    """What stands in a row by itself."""
    said = {name: row.get(name) for name in columns}
    return {name: "" if value is None else str(value) for name, value in said.items() if not isinstance(value, list)}


def _words(label: LabelView | None) -> dict[str, str]:
    return {} if label is None else _plain(label, LABEL)


def _counted(lots: Sequence[LicensesView]) -> str:
    return "; ".join(f"{lot['count']} {lot['license_type']}" for lot in lots if lot["count"])
