"""The queries about the catalog and about everything that has an end, on PostgreSQL."""

import json
from typing import Any

from contracts.identifiers import MAX_SEQUENCE
from contracts.licenses import CREDIT
from contracts.software_service import ServicePeriod
from ledger.adapters.postgres.queries.past_visibility import past_of, was_seen
from ledger.adapters.postgres.queries.queries import PostgresQueries, one_page
from ledger.application.queries.dated import (
    DeviceModelView,
    HeldView,
    LicenseTypeView,
    ServiceState,
    TestView,
    WarrantyView,
)
from ledger.application.queries.queries import Page, Viewer
from ledger.domain.software_service_quotes import ServiceFacts

_LICENSE_TYPES = """
SELECT license_type, license_class, family, version, weight, device_limit, sole_device, months, sequence
  FROM license_types WHERE ledger = $1 AND license_type > $2 ORDER BY license_type LIMIT $3"""
_MODELS = """
SELECT model, family, warranty_months, sequence
  FROM device_models WHERE ledger = $1 AND model > $2 ORDER BY model LIMIT $3"""

# A device has a row more for each swap that gave it the warranty of another one.
_WARRANTY = """
SELECT d.serial, d.model, d.delivered_on, d.base_months, w.months, w.ends_on
  FROM delivered_devices AS d JOIN warranty_versions AS w USING (ledger, serial)
 WHERE ledger = $1 AND serial = $2 AND d.sequence <= $3 AND w.sequence <= $3
 ORDER BY d.sequence DESC, w.sequence DESC LIMIT 1"""

# A replacement's own test has ended with the swap, though its certificate stays.
_TEST = """
SELECT t.serial, t.version, t.slave, t.count, t.issued_on, t.expires, t.licenses, t.sequence,
       t.generation IS DISTINCT FROM $3 OR EXISTS (
           SELECT FROM replacements AS r
            WHERE r.ledger = $1 AND r.replacement = $2 AND r.sequence > t.sequence AND r.sequence <= $4) AS returned
  FROM test_licenses AS t WHERE ledger = $1 AND serial = $2 AND t.sequence <= $4
 ORDER BY t.sequence DESC LIMIT 1"""
_GENERATION_THEN = """
SELECT generation FROM device_versions WHERE ledger = $1 AND serial = $2 AND sequence <= $3
 ORDER BY sequence DESC LIMIT 1"""

_PERIOD = "SELECT anchor, months FROM software_services WHERE ledger = $1 AND project = $2"
_CREDITS = "SELECT free FROM balances WHERE ledger = $1 AND project = $2 AND license_type = $3"
_HELD = """
SELECT license_type, held AS count, weight FROM held_licenses JOIN license_types USING (ledger, license_type)
 WHERE ledger = $1 AND project = $2 AND held > 0 ORDER BY license_type"""
_UNITS = """
SELECT COALESCE(sum(count * weight), 0)::bigint
  FROM (SELECT license_type, free AS count FROM balances WHERE ledger = $1 AND project = $2
        UNION ALL
        SELECT l.license_type, l.count FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
         WHERE ledger = $1 AND d.project = $2) AS held
  JOIN license_types AS t ON t.ledger = $1 AND t.license_type = held.license_type AND t.license_class = 'pbx'"""


class PostgresDatedQueries(PostgresQueries):
    """Implements DatedQueries for one ledger; it sees what its base lets a viewer see."""

    async def license_types(self, after: str, limit: int) -> Page[LicenseTypeView]:
        async with self._snapshot() as connection:
            rows = await connection.fetch(_LICENSE_TYPES, self.ledger, after, limit + 1)
            return one_page((LicenseTypeView(**row) for row in rows), limit)

    async def device_models(self, after: str, limit: int) -> Page[DeviceModelView]:
        async with self._snapshot() as connection:
            rows = await connection.fetch(_MODELS, self.ledger, after, limit + 1)
            return one_page((DeviceModelView(**row) for row in rows), limit)

    async def shows_guarantee(self, viewer: Viewer, serial: str, until: int) -> bool:
        async with self.seen(viewer) as (connection, scope):
            if not scope.guarantee:
                return False
            past = await past_of(connection, self.ledger, scope)
            for at in {until, MAX_SEQUENCE}:
                if await was_seen(connection, self.ledger, scope, past, serial, at):
                    return True
            return scope.sees_all and await self._warranty(connection, serial, MAX_SEQUENCE) is not None

    async def warranty(self, serial: str, until: int) -> WarrantyView | None:
        async with self._snapshot() as connection:
            return await self._warranty(connection, serial, until)

    async def _warranty(self, connection: Any, serial: str, until: int) -> WarrantyView | None:
        row = await connection.fetchrow(_WARRANTY, self.ledger, serial, until)
        return row and WarrantyView(**row)

    async def test(self, viewer: Viewer, serial: str, as_of: int | None) -> TestView | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            until = MAX_SEQUENCE if as_of is None else as_of
            if not await was_seen(connection, self.ledger, scope, past, serial, until):
                return None
            generation = await connection.fetchval(_GENERATION_THEN, self.ledger, serial, until)
            row = await connection.fetchrow(_TEST, self.ledger, serial, generation, until)
            return row and TestView(**{**row, "licenses": json.loads(row["licenses"])}, as_of=as_of)

    async def service(self, viewer: Viewer, project: str) -> ServiceState | None:
        place = self.ledger, project
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            period = await connection.fetchrow(_PERIOD, *place)
            held = await connection.fetch(_HELD, *place)
            facts = ServiceFacts(
                project=project,
                period=period and ServicePeriod(**period),
                units=await connection.fetchval(_UNITS, *place),
                held_units=sum(row["count"] * row["weight"] for row in held),
            )
            free: int | None = await connection.fetchval(_CREDITS, *place, CREDIT)
            lines = tuple(HeldView(license_type=row["license_type"], count=row["count"]) for row in held)
            return ServiceState(facts, free or 0, lines)
