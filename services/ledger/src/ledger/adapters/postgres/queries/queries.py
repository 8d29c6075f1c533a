"""The queries on PostgreSQL: each is one read-only snapshot, and starts by asking what the viewer may see."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from contracts.fields import CompanyKind, Right
from contracts.identifiers import MAX_SEQUENCE
from contracts.log.postings import device_account, project_account
from ledger.adapters.postgres.database import database_trouble
from ledger.adapters.postgres.queries import block_columns as blocked
from ledger.adapters.postgres.queries.past_visibility import Past, ever_seen, past_of, stay, was_seen
from ledger.adapters.postgres.queries.project_search import project_search
from ledger.adapters.postgres.queries.visibility import Scope, narrowed, predecessors_of, scope_of
from ledger.application.queries.queries import (
    BalanceView,
    CompanyView,
    DeliveryView,
    DeviceView,
    FreeLicenses,
    HeldLicenses,
    LicensesView,
    MovementView,
    NoRight,
    Page,
    ProjectSearch,
    ProjectView,
    SignedDocument,
    Viewer,
)

T = TypeVar("T")


@asynccontextmanager
async def snapshot(pool: Any) -> AsyncGenerator[Any]:
    """A connection that reads, and sees all of one moment."""
    async with (
        database_trouble("read"),
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


AFTER_ALL = "g"
"""Sorts behind every hexadecimal digit."""
_PROJECT, _DEVICE = project_account(""), device_account("")

_HELD = """
SELECT license_type, license_class, held AS count FROM held_licenses
 WHERE ledger = $1 AND project = $2 AND held > 0 ORDER BY license_type"""
_COMPANY = f"""
SELECT c.company, c.kind, c.default_project, c.sequence, c.time AS registered, c.imported_into,
       {blocked.COLUMNS}
  FROM companies AS c {blocked.join(blocked.company("c.company"), ledger="c.ledger")}"""  # noqa: S608
_PROJECT_ROWS = f"""
SELECT project, company, name, p.sequence, time AS created, archived, {blocked.COLUMNS}
  FROM projects AS p {blocked.join(blocked.company("p.company"), ledger="p.ledger")}"""  # noqa: S608
_PAGE_OF_PROJECTS = f"{_PROJECT_ROWS} JOIN ({{}}) AS page ON page.sequence = p.sequence WHERE ledger = $1 ORDER BY {{}}"
_NAME_AT = "SELECT lower_name FROM projects WHERE ledger = $1 AND sequence = $2"
_DEVICE_ROWS = f"""
SELECT d.serial, d.company, d.project, d.generation, d.issue, d.sequence, d.time AS changed,
       v.path, v.time AS delivered, v.file_sha256, {blocked.COLUMNS}
  FROM devices AS d LEFT JOIN deliveries AS v USING (ledger, serial, generation, issue)
  {blocked.join(blocked.device("d.serial"), blocked.company("d.company"), ledger="d.ledger")}"""  # noqa: S608
_MOVEMENTS = "SELECT sequence, line, time, account, license_type, units, held, event_type, actor"
_PROJECT_MOVEMENTS = f"""
{_MOVEMENTS}, $6 AS company FROM movements WHERE ledger = $1 AND account = $2 AND (sequence, line) > ($3, $4)
 ORDER BY sequence, line LIMIT $5"""
_DEVICE_MOVEMENTS = f"""
{_MOVEMENTS}, company FROM movements AS m CROSS JOIN LATERAL {stay("$6", "m.sequence")} AS stay
 WHERE ledger = $1 AND account = $2 AND (sequence, line) > ($3, $4)
   AND ($7 OR company = ANY ($8) OR project = ANY ($9)) ORDER BY sequence, line LIMIT $5"""


class PostgresQueries:
    """Implements Queries for one ledger, on a pool whose search_path is the schema."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self.ledger = ledger

    async def position(self) -> int:
        async with self._snapshot() as connection:
            query = "SELECT sequence FROM position WHERE ledger = $1"
            found: int | None = await connection.fetchval(query, self.ledger)
            return found or 0

    async def companies(self, viewer: Viewer, kind: CompanyKind | None, after: int, limit: int) -> Page[CompanyView]:
        async with self.seen(viewer) as (connection, scope):
            arguments: list[Any] = [kind] if kind else []
            where = "WHERE ledger = $1 AND c.sequence > $2" + (" AND c.kind = $4" if kind else "")
            if not scope.sees_all:
                arguments.append(viewer.account)
                where = f"JOIN members AS a USING (ledger, company) {where} AND a.account = ${len(arguments) + 3}"
            query = f"{_COMPANY} {where} ORDER BY c.sequence LIMIT $3"
            rows = await connection.fetch(query, self.ledger, after, limit + 1, *arguments)
            return one_page((CompanyView(**blocked.viewed(row)) for row in rows), limit)

    async def company(self, viewer: Viewer, company: str) -> CompanyView | None:
        query = f"{_COMPANY} WHERE ledger = $1 AND company = $2"
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all and company != scope.company:
                return None
            row = await connection.fetchrow(query, self.ledger, company)
            return row and CompanyView(**blocked.viewed(row))

    async def projects(self, viewer: Viewer, wanted: ProjectSearch, after: int, limit: int) -> Page[ProjectView]:
        async with self.seen(viewer) as (connection, scope):
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            name: str | None = await connection.fetchval(_NAME_AT, self.ledger, after) if wanted.name else None
            query, arguments = project_search(wanted, reach, (name or "", after), limit + 1)
            if not query:
                return Page((), more=False)
            order = "page.lower_name, page.sequence" if wanted.name else "page.sequence"
            rows = await connection.fetch(_PAGE_OF_PROJECTS.format(query, order), self.ledger, *arguments)
            return one_page((ProjectView(**blocked.viewed(row)) for row in rows), limit)

    async def project(self, viewer: Viewer, project: str) -> ProjectView | None:
        async with self.seen(viewer) as (connection, scope):
            return await self._project(connection, scope, project)

    async def balance(self, viewer: Viewer, project: str) -> BalanceView | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            rows = await connection.fetch(
                """SELECT license_type, license_class, free FROM balances WHERE ledger = $1 AND project = $2
                    ORDER BY license_type""",
                self.ledger,
                project,
            )
            held = await connection.fetch(_HELD, self.ledger, project)
            return BalanceView(
                project=project,
                licenses=[FreeLicenses(**row) for row in rows],
                held=[HeldLicenses(**row) for row in held],
            )

    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None:
        query = f"""{_DEVICE_ROWS} WHERE ledger = $1 AND d.project = $2 AND serial > $3
            ORDER BY serial LIMIT $4"""
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            rows = await connection.fetch(query, self.ledger, project, after, limit + 1)
            return one_page(await self._devices(connection, rows), limit)

    async def device(self, viewer: Viewer, serial: str) -> DeviceView | None:
        async with self.seen(viewer) as (connection, scope):
            return await self._device(connection, scope, serial)

    async def movements(
        self, viewer: Viewer, account: str, after: tuple[int, int], limit: int
    ) -> Page[MovementView] | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            place = self.ledger, account, *after, limit + 1
            if account.startswith(_PROJECT):
                project = await self._project(connection, scope, account.removeprefix(_PROJECT))
                if project is None:
                    return None
                rows = await connection.fetch(_PROJECT_MOVEMENTS, *place, project.company)
            else:
                serial = account.removeprefix(_DEVICE)
                if not await self._has_past(connection, scope, past, serial):
                    return None
                reach = past.everything, past.companies, past.projects
                rows = await connection.fetch(_DEVICE_MOVEMENTS, *place, serial, *reach)
            return one_page((_movement(row, past) for row in rows), limit)

    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        query = """SELECT serial, generation, sequence, sha256, document, issue FROM license_files
            WHERE serial = $1"""
        async with self.seen(viewer) as (connection, scope):
            if await self._device(connection, scope.as_partner(), serial, "licenses") is None:
                if scope.sees_all:  # staff takes files by a command of its own, with a reason (X5)
                    raise NoRight("licenses")
                return None
            row = await connection.fetchrow(query, serial)
            return row and SignedDocument(**row)

    async def return_receipt(self, viewer: Viewer, serial: str, generation: int | None) -> SignedDocument | None:
        """The newest receipt, or that of a generation, of a return in a project where the viewer may return."""
        query = """SELECT serial, generation, sequence, sha256, document FROM return_receipts
            WHERE serial = $1 AND ($2::int IS NULL OR generation = $2) ORDER BY generation DESC"""
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            for row in await connection.fetch(query, serial, generation):
                if await was_seen(connection, self.ledger, scope, past, serial, row["sequence"], "return"):
                    return SignedDocument(**row)
            await was_seen(connection, self.ledger, scope, past, serial, MAX_SEQUENCE, "return")
            return None

    def _snapshot(self) -> AbstractAsyncContextManager[Any]:
        return snapshot(self._pool)

    @asynccontextmanager
    async def seen(self, viewer: Viewer) -> AsyncGenerator[tuple[Any, Scope]]:
        """A snapshot and the viewer's scope in it."""
        async with self._snapshot() as connection:
            yield connection, await scope_of(connection, self.ledger, viewer)

    async def _project(self, connection: Any, scope: Scope, project: str) -> ProjectView | None:
        query = f"{_PROJECT_ROWS} WHERE ledger = $1 AND project = $2"
        row = await connection.fetchrow(query, self.ledger, project)
        if row is None or not scope.require(row["company"], project, "view"):
            return None
        return ProjectView(**blocked.viewed(row))

    async def _device(self, connection: Any, scope: Scope, serial: str, right: Right = "view") -> DeviceView | None:
        query = f"{_DEVICE_ROWS} WHERE ledger = $1 AND serial = $2"
        row = await connection.fetchrow(query, self.ledger, serial)
        if row is None or not scope.require(row["company"], row["project"], right):
            return None
        return (await self._devices(connection, [row]))[0]

    async def _has_past(self, connection: Any, scope: Scope, past: Past, serial: str) -> bool:
        """Whether the viewer sees anything of the device's past; raises NoRight where a no is no secret."""
        return await ever_seen(connection, self.ledger, past, serial) or await was_seen(
            connection, self.ledger, scope, past, serial, MAX_SEQUENCE
        )

    async def _devices_named(self, connection: Any, serials: Sequence[str]) -> list[DeviceView]:
        """Devices by their serials, whoever asks."""
        query = f"{_DEVICE_ROWS} WHERE ledger = $1 AND serial = ANY($2) ORDER BY serial"
        return await self._devices(connection, await connection.fetch(query, self.ledger, list(serials)))

    async def _devices(self, connection: Any, rows: Sequence[Any]) -> list[DeviceView]:
        """Devices with their licenses, in the order of the rows."""
        licenses: dict[str, list[LicensesView]] = {row["serial"]: [] for row in rows}
        query = """SELECT serial, license_type, license_class, count FROM device_licenses
            WHERE ledger = $1 AND serial = ANY($2) ORDER BY serial, license_type"""
        for serial, *lot in await connection.fetch(query, self.ledger, list(licenses)):
            licenses[serial].append(LicensesView(license_type=lot[0], license_class=lot[1], count=lot[2]))
        return [device_view(blocked.viewed(row), licenses[row["serial"]]) for row in rows]

    async def _with_predecessors(self, connection: Any, company: str) -> list[str]:
        return [company, *await predecessors_of(connection, self.ledger, [company])]


def _movement(row: Any, past: Past) -> MovementView:
    said: dict[str, Any] = dict(row)
    said["actor"] = past.actor(said["actor"], said.pop("company"))
    return MovementView(**said)


def device_view(row: dict[str, Any], licenses: list[LicensesView]) -> DeviceView:
    path, delivered, digest = (row.pop(name) for name in ("path", "delivered", "file_sha256"))
    row.pop("company")
    delivery = path and DeliveryView(issue=row["issue"], path=path, time=delivered, file_sha256=digest)
    return DeviceView(**row, licenses=licenses, delivery=delivery)


def one_page(rows: Iterable[T], limit: int) -> Page[T]:
    """The first `limit` rows of one more than was asked for."""
    found = tuple(rows)
    return Page(found[:limit], more=len(found) > limit)
