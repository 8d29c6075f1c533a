"""The queries on PostgreSQL: each is one read-only snapshot, and starts by asking what the viewer may see."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from contracts.postings import device_account, project_account
from ledger.adapters.postgres import database_trouble
from ledger.application.queries import (
    BalanceView,
    CompanyView,
    DeliveryView,
    DeviceView,
    FreeLicenses,
    LicensesView,
    MovementView,
    Page,
    ProjectView,
    SignedDocument,
    Viewer,
)

T = TypeVar("T")
_PROJECT, _DEVICE = project_account(""), device_account("")

_SCOPE = """
SELECT CASE WHEN c.kind = 'vendor' THEN NULL ELSE c.company END AS only
  FROM administrators AS a JOIN companies AS c USING (ledger, company)
 WHERE a.ledger = $1 AND a.account = $2 AND a.company = $3"""
_COMPANY = "SELECT c.company, c.kind, c.default_project, c.sequence, c.time AS registered FROM companies AS c"
_PROJECT_ROWS = "SELECT project, company, name, sequence, time AS created FROM projects"
_DEVICE_ROWS = """
SELECT d.serial, d.project, d.generation, d.issue, d.sequence, d.time AS changed,
       v.path, v.time AS delivered, v.file_sha256
  FROM devices AS d LEFT JOIN deliveries AS v USING (ledger, serial, generation, issue)"""
_SEEN = "($2::text IS NULL OR company = $2)"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer sees: one company, or all when `only` is None."""

    only: str | None


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

    async def companies(self, account: str) -> list[CompanyView]:
        query = f"""{_COMPANY} JOIN administrators AS a USING (ledger, company)
            WHERE ledger = $1 AND a.account = $2 ORDER BY c.sequence LIMIT 1000"""
        async with self._snapshot() as connection:
            rows = await connection.fetch(query, self.ledger, account)
            return [CompanyView(**row) for row in rows]

    async def company(self, viewer: Viewer, company: str) -> CompanyView | None:
        query = f"{_COMPANY} WHERE ledger = $1 AND {_SEEN} AND company = $3"
        async with self.seen(viewer) as (connection, scope):
            row = await _one(connection, scope, query, self.ledger, company)
            return row and CompanyView(**row)

    async def projects(self, viewer: Viewer, after: int, limit: int) -> Page[ProjectView]:
        query = f"""{_PROJECT_ROWS} WHERE ledger = $1 AND {_SEEN} AND sequence > $3
            ORDER BY sequence LIMIT $4"""
        async with self.seen(viewer) as (connection, scope):
            rows = await _many(connection, scope, query, self.ledger, after, limit + 1)
            return page_of((ProjectView(**row) for row in rows), limit)

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
            return BalanceView(project=project, licenses=[FreeLicenses(**row) for row in rows])

    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None:
        query = f"""{_DEVICE_ROWS} WHERE ledger = $1 AND {_SEEN} AND d.project = $3 AND serial > $4
            ORDER BY serial LIMIT $5"""
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            rows = await _many(connection, scope, query, self.ledger, project, after, limit + 1)
            return page_of(await self._devices(connection, rows), limit)

    async def device(self, viewer: Viewer, serial: str) -> DeviceView | None:
        async with self.seen(viewer) as (connection, scope):
            return await self._device(connection, scope, serial)

    async def movements(
        self, viewer: Viewer, account: str, after: tuple[int, int], limit: int
    ) -> Page[MovementView] | None:
        query = """SELECT sequence, line, time, account, license_type, units, held, event_type, actor FROM movements
            WHERE ledger = $1 AND account = $2 AND (sequence, line) > ($3, $4) ORDER BY sequence, line LIMIT $5"""
        async with self.seen(viewer) as (connection, scope):
            if not await self._sees_account(connection, scope, account):
                return None
            rows = await connection.fetch(query, self.ledger, account, *after, limit + 1)
            return page_of((MovementView(**row) for row in rows), limit)

    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        query = """SELECT serial, generation, sequence, sha256, document, issue FROM license_files
            WHERE serial = $1"""
        async with self.seen(viewer) as (connection, scope):
            if await self._device(connection, scope, serial) is None:
                return None
            row = await connection.fetchrow(query, serial)
            return row and SignedDocument(**row)

    async def return_receipt(self, viewer: Viewer, serial: str, generation: int | None) -> SignedDocument | None:
        query = """SELECT serial, generation, sequence, sha256, document FROM return_receipts
            WHERE serial = $1 AND ($2::int IS NULL OR generation = $2) ORDER BY generation DESC LIMIT 1"""
        async with self.seen(viewer) as (connection, scope):
            if await self._device(connection, scope, serial) is None:
                return None
            row = await connection.fetchrow(query, serial, generation)
            return row and SignedDocument(**row)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncGenerator[Any]:
        async with (
            database_trouble("read"),
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    @asynccontextmanager
    async def seen(self, viewer: Viewer) -> AsyncGenerator[tuple[Any, Scope | None]]:
        """A snapshot and the viewer's scope in it; None for an account that does not act for its company."""
        async with self._snapshot() as connection:
            row = await connection.fetchrow(_SCOPE, self.ledger, viewer.account, viewer.company)
            yield connection, None if row is None else Scope(row["only"])

    async def _project(self, connection: Any, scope: Scope | None, project: str) -> ProjectView | None:
        query = f"{_PROJECT_ROWS} WHERE ledger = $1 AND {_SEEN} AND project = $3"
        row = await _one(connection, scope, query, self.ledger, project)
        return row and ProjectView(**row)

    async def _device(self, connection: Any, scope: Scope | None, serial: str) -> DeviceView | None:
        return next(iter(await self._devices_named(connection, scope, [serial])), None)

    async def _devices_named(self, connection: Any, scope: Scope | None, serials: Sequence[str]) -> list[DeviceView]:
        query = f"{_DEVICE_ROWS} WHERE ledger = $1 AND {_SEEN} AND serial = ANY($3) ORDER BY serial"
        rows = await _many(connection, scope, query, self.ledger, list(serials))
        return await self._devices(connection, rows)

    async def _devices(self, connection: Any, rows: Sequence[Any]) -> list[DeviceView]:
        """Devices with their licenses, in the order of the rows."""
        licenses: dict[str, list[LicensesView]] = {row["serial"]: [] for row in rows}
        query = """SELECT serial, license_type, license_class, count FROM device_licenses
            WHERE ledger = $1 AND serial = ANY($2) ORDER BY serial, license_type"""
        for serial, *lot in await connection.fetch(query, self.ledger, list(licenses)):
            licenses[serial].append(LicensesView(license_type=lot[0], license_class=lot[1], count=lot[2]))
        return [device_view(dict(row), licenses[row["serial"]]) for row in rows]

    async def _sees_account(self, connection: Any, scope: Scope | None, account: str) -> bool:
        if account.startswith(_PROJECT):
            return await self._project(connection, scope, account.removeprefix(_PROJECT)) is not None
        return await self._device(connection, scope, account.removeprefix(_DEVICE)) is not None


async def _many(connection: Any, scope: Scope | None, query: str, ledger: int, *rest: object) -> Sequence[Any]:
    """Rows within the scope; a viewer without one sees none."""
    rows: Sequence[Any] = [] if scope is None else await connection.fetch(query, ledger, scope.only, *rest)
    return rows


async def _one(connection: Any, scope: Scope | None, query: str, ledger: int, *rest: object) -> Any:
    return next(iter(await _many(connection, scope, query, ledger, *rest)), None)


def device_view(row: dict[str, Any], licenses: list[LicensesView]) -> DeviceView:
    path, delivered, digest = (row.pop(name) for name in ("path", "delivered", "file_sha256"))
    delivery = path and DeliveryView(issue=row["issue"], path=path, time=delivered, file_sha256=digest)
    return DeviceView(**row, licenses=licenses, delivery=delivery)


def page_of(rows: Iterable[T], limit: int) -> Page[T]:
    """The first `limit` rows of one more than was asked for."""
    found = tuple(rows)
    return Page(found[:limit], more=len(found) > limit)
