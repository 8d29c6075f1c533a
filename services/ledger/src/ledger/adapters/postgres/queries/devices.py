"""Queries of devices as they stand in projects, now and in the past."""

from collections.abc import Sequence
from typing import Any

from contracts.fields import Right
from ledger.adapters.postgres.device_sightings import LAST_SEEN
from ledger.adapters.postgres.queries import block_columns, label_columns
from ledger.adapters.postgres.queries.device_arrivals import device_arrivals
from ledger.adapters.postgres.queries.device_expansions import expanded
from ledger.adapters.postgres.queries.device_search import device_search
from ledger.adapters.postgres.queries.lots import lots
from ledger.adapters.postgres.queries.past_device_search import fits, stretch
from ledger.adapters.postgres.queries.past_visibility import past_of, stay, was_seen
from ledger.adapters.postgres.queries.projects import PostgresProjectQueries
from ledger.adapters.postgres.queries.visibility import Scope, narrowed
from ledger.application.queries.devices import (
    ArrivedDevice,
    DeliveryView,
    DeviceSearch,
    DeviceView,
    Expand,
    PastDevice,
)
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_DEVICE_ROWS = f"""
SELECT d.serial, d.company, d.model, d.project, d.generation, d.issue, d.delivered_issue, d.sequence,
       d.time AS changed, d.arrived, v.path, v.time AS delivered, v.file_sha256, last_seen, {block_columns.COLUMNS},
       {label_columns.COLUMNS}
  FROM devices AS d LEFT JOIN deliveries AS v USING (ledger, serial, generation, issue)
  {LAST_SEEN} {label_columns.join("device", "d", "d.serial")}
  {block_columns.join(block_columns.device("d.serial"), block_columns.company("d.company"), ledger="d.ledger")}"""  # noqa: S608
_BLOCKED_THEN = block_columns.join(
    block_columns.device("v.serial"), block_columns.company("v.company"), ledger="v.ledger", at="$3"
)


def _version_at(serial: str) -> str:
    """The version of a device that held at entry $3."""
    return f"""
SELECT v.serial, v.company, v.project, v.generation, v.issue, v.sequence, v.time AS changed, v.licenses,
       d.issue AS delivered_issue, CASE WHEN d.issue = v.issue THEN d.path END AS path, d.time AS delivered,
       d.file_sha256, {block_columns.COLUMNS}, {label_columns.COLUMNS}
  FROM device_versions AS v {label_columns.join("device", "v", "v.serial")}
  LEFT JOIN LATERAL (
       SELECT issue, path, time, file_sha256 FROM deliveries AS n
        WHERE n.ledger = v.ledger AND n.serial = v.serial AND n.generation = v.generation AND n.sequence <= $3
        ORDER BY issue DESC LIMIT 1) AS d ON true
  {_BLOCKED_THEN}
 WHERE v.ledger = $1 AND v.serial = {serial} AND v.sequence <= $3
   AND NOT EXISTS (SELECT FROM replacements AS r WHERE r.ledger = $1 AND r.serial = {serial} AND r.sequence <= $3
          AND (r.recommissioned_sequence IS NULL OR r.recommissioned_sequence > $3))
 ORDER BY v.sequence DESC LIMIT 1"""  # noqa: S608 - made of our own words


_DEVICE_VERSION = _version_at("$2")
_VERSIONS = f"""
SELECT version.* FROM unnest($2::text[]) AS came (serial)
 CROSS JOIN LATERAL ({_version_at("came.serial")}) AS version"""  # noqa: S608 - made of our own words
# Serial by serial of those that were ever in the project, as far as the page goes, and so in their order: asked for as
# one set, the planner would rather read all of them and sort.
_CAME = """
SELECT serial FROM device_stays WHERE ledger = $1 AND project = $2 AND serial > {} ORDER BY serial LIMIT 1"""
_VERSIONS_OF_PROJECT = f"""
WITH RECURSIVE came (serial) AS (
     ({_CAME.format("$4")})
     UNION ALL
     SELECT ({_CAME.format("came.serial")}) FROM came WHERE came.serial IS NOT NULL)
SELECT version.*
  FROM came CROSS JOIN LATERAL {stay("came.serial", "$3")} AS stay
 CROSS JOIN LATERAL ({_version_at("came.serial")}) AS version
 WHERE stay.project = $2 AND ($6 OR stay.company = ANY ($7) OR stay.project = ANY ($8))
 LIMIT $5"""  # noqa: S608 - made of our own words
_NOT_SHOWN = {"company", "model"}
"""Columns that only what stands beside a device needs."""
_NAMED = f"{_DEVICE_ROWS} WHERE ledger = $1 AND serial = ANY($2) ORDER BY serial"
_LICENSES = """
SELECT serial, license_type, license_class, count FROM device_licenses
 WHERE ledger = $1 AND serial = ANY($2) ORDER BY serial, license_type"""


class PostgresDeviceQueries(PostgresProjectQueries):
    """Implements DeviceQueries."""

    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None:
        query = f"""{_DEVICE_ROWS} WHERE ledger = $1 AND d.project = $2 AND serial > $3
            ORDER BY serial LIMIT $4"""
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            rows = await connection.fetch(query, self.ledger, project, after, limit + 1)
            return one_page(await self._devices(connection, rows), limit)

    async def devices_as_of(
        self, viewer: Viewer, project: str, sequence: int, after: str, limit: int
    ) -> Page[DeviceView] | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            past = await past_of(connection, self.ledger, scope)
            reach = past.everything, past.companies, past.projects
            rows = await connection.fetch(
                _VERSIONS_OF_PROJECT, self.ledger, project, sequence, after, limit + 1, *reach
            )
            return one_page((_version(_viewed(row), sequence) for row in rows), limit)

    async def find_devices(
        self, viewer: Viewer, wanted: DeviceSearch, after: str, limit: int, expand: Expand | None = None
    ) -> Page[DeviceView] | None:
        async with self.seen(viewer) as (connection, scope):
            if wanted.project is not None:
                place = await self._project(connection, scope, wanted.project)
                if place is None:
                    return None
                if wanted.company not in (None, place.company):
                    return Page((), more=False)
            if wanted.model is not None and not scope.guarantee:
                return Page((), more=False)
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            query, arguments = device_search(wanted, reach, after, limit + 1)
            serials = [row[0] for row in await connection.fetch(query, self.ledger, *arguments)] if query else []
            rows = await connection.fetch(_NAMED, self.ledger, serials)
            return one_page(await self._expanded(connection, scope, rows, expand), limit)

    async def devices_by_arrival(
        self, viewer: Viewer, wanted: DeviceSearch, before: int, limit: int, expand: Expand | None = None
    ) -> Page[ArrivedDevice] | None:
        async with self.seen(viewer) as (connection, scope):
            place = None
            if wanted.project is not None and (place := await self._project(connection, scope, wanted.project)) is None:
                return None
            if place is not None and wanted.company not in (None, place.company):
                return Page((), more=False)
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            query, arguments = device_arrivals(reach, wanted.project)
            found = await connection.fetch(query, self.ledger, before, limit + 1, *arguments) if query else []
            rows = await connection.fetch(_NAMED, self.ledger, [row["serial"] for row in found])
            views = {one.serial: one for one in await self._expanded(connection, scope, rows, expand)}
            return one_page((ArrivedDevice(row["sequence"], views[row["serial"]]) for row in found), limit)

    async def find_devices_as_of(
        self, viewer: Viewer, wanted: DeviceSearch, sequence: int, after: str, limit: int
    ) -> Page[PastDevice] | None:
        async with self.seen(viewer) as (connection, scope):
            if wanted.project is not None and await self._project(connection, scope, wanted.project) is None:
                return None
            past = await past_of(connection, self.ledger, scope)
            found = await stretch(connection, self.ledger, past, wanted, sequence, after, limit)
            rows = await connection.fetch(_VERSIONS, self.ledger, found.there, sequence)
            views = {row["serial"]: _version(block_columns.viewed(row), sequence) for row in rows}
            shown = {serial: view for serial, view in views.items() if fits(wanted, view)}
            return Page(tuple(PastDevice(one, shown.get(one)) for one in found.looked_at), more=found.more)

    async def device(self, viewer: Viewer, serial: str, expand: Expand | None = None) -> DeviceView | None:
        async with self.seen(viewer) as (connection, scope):
            row = await self._device_row(connection, scope, serial)
            return row and (await self._expanded(connection, scope, [row], expand))[0]

    async def device_as_of(self, viewer: Viewer, serial: str, sequence: int) -> DeviceView | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            if not await was_seen(connection, self.ledger, scope, past, serial, sequence):
                return None
            row = await connection.fetchrow(_DEVICE_VERSION, self.ledger, serial, sequence)
            return row and _version(_viewed(row), sequence)

    async def _device_row(self, connection: Any, scope: Scope, serial: str, right: Right = "view") -> Any:
        """The row of a device where the viewer has this right, or None; raises NoRight as Scope.require does."""
        row = await connection.fetchrow(f"{_DEVICE_ROWS} WHERE ledger = $1 AND serial = $2", self.ledger, serial)
        return row if row and scope.require(row["company"], row["project"], right) else None

    async def _expanded(
        self, connection: Any, scope: Scope, rows: Sequence[Any], expand: Expand | None
    ) -> list[DeviceView]:
        views = await self._devices(connection, rows)
        return views if expand is None else await expanded(connection, self.ledger, scope, rows, views, expand)

    async def _devices(self, connection: Any, rows: Sequence[Any]) -> list[DeviceView]:
        """Devices with their licenses, in the order of the rows."""
        licenses: dict[str, list[LicensesView]] = {row["serial"]: [] for row in rows}
        for serial, *lot in await connection.fetch(_LICENSES, self.ledger, list(licenses)):
            licenses[serial].append(LicensesView(license_type=lot[0], license_class=lot[1], count=lot[2]))
        return [device_view(_viewed(row), licenses[row["serial"]]) for row in rows]


def _viewed(row: Any) -> dict[str, Any]:
    """A row with its block and its label."""
    return label_columns.viewed(block_columns.viewed(row))


def device_view(row: dict[str, Any], licenses: list[LicensesView]) -> DeviceView:
    path, delivered, digest = (row.pop(name) for name in ("path", "delivered", "file_sha256"))
    for name in _NOT_SHOWN & row.keys():
        del row[name]
    delivery = path and DeliveryView(issue=row["issue"], path=path, time=delivered, file_sha256=digest)
    row.setdefault("as_of", None)
    return DeviceView(**row, licenses=licenses, delivery=delivery)


def _version(row: dict[str, Any], sequence: int) -> DeviceView:
    licenses = lots(row.pop("licenses"))
    return device_view(row, licenses).model_copy(update={"as_of": sequence})
