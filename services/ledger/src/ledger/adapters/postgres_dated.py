"""The queries about the catalog and about everything that has an end, on PostgreSQL."""

import json

from contracts.licenses import CREDIT
from contracts.service import ServicePeriod
from ledger.adapters.postgres_queries import PostgresQueries
from ledger.application.queries import Viewer
from ledger.application.queries_dated import (
    DeviceModelView,
    HeldView,
    LicenseTypeView,
    ServiceState,
    TestView,
    WarrantyView,
)
from ledger.domain.service_quotes import ServiceFacts

_LICENSE_TYPES = """
SELECT license_type, license_class, family, version, weight, device_limit, sole_device, months, sequence
  FROM license_types WHERE ledger = $1 ORDER BY license_type"""
_MODELS = "SELECT model, family, warranty_months, sequence FROM device_models WHERE ledger = $1 ORDER BY model"

_SHOWS_GUARANTEE = "SELECT kind FROM companies WHERE ledger = $1 AND company = $2 AND kind <> 'end_customer'"
# A device has a row more for each swap that gave it the warranty of another one; a broken one's has gone on with that.
_WARRANTY = """
SELECT d.serial, d.model, d.delivered_on, d.base_months, w.months, w.ends_on
  FROM delivered_devices AS d JOIN warranties AS w USING (ledger, serial)
 WHERE ledger = $1 AND serial = $2
   AND NOT EXISTS (SELECT FROM replacements AS r WHERE r.ledger = $1 AND r.serial = $2)
 ORDER BY d.sequence DESC LIMIT 1"""
_WARRANTY_THEN = """
SELECT d.serial, d.model, d.delivered_on, d.base_months, w.months, w.ends_on
  FROM delivered_devices AS d JOIN warranty_versions AS w USING (ledger, serial)
 WHERE ledger = $1 AND serial = $2 AND d.sequence <= $3 AND w.sequence <= $3
 ORDER BY d.sequence DESC, w.sequence DESC LIMIT 1"""

_TEST = """
SELECT t.serial, t.version, t.slave, t.count, t.issued_on, t.expires, t.generation <> $3 AS returned, t.licenses,
       t.sequence
  FROM test_licenses AS t WHERE ledger = $1 AND serial = $2"""
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

    async def license_types(self) -> list[LicenseTypeView]:
        async with self._snapshot() as connection:
            return [LicenseTypeView(**row) for row in await connection.fetch(_LICENSE_TYPES, self.ledger)]

    async def device_models(self) -> list[DeviceModelView]:
        async with self._snapshot() as connection:
            return [DeviceModelView(**row) for row in await connection.fetch(_MODELS, self.ledger)]

    async def shows_guarantee(self, viewer: Viewer, serial: str) -> bool:
        async with self.seen(viewer) as (connection, scope):
            kind = await connection.fetchval(_SHOWS_GUARANTEE, self.ledger, viewer.company)
            if kind is None:
                return False
            if await self._device(connection, scope, serial) is not None:
                return True
            return kind == "vendor" and await connection.fetchrow(_WARRANTY, self.ledger, serial) is not None

    async def warranty(self, serial: str, as_of: int | None) -> WarrantyView | None:
        query, at = (_WARRANTY, ()) if as_of is None else (_WARRANTY_THEN, (as_of,))
        async with self._snapshot() as connection:
            row = await connection.fetchrow(query, self.ledger, serial, *at)
            return row and WarrantyView(**row)

    async def test(self, viewer: Viewer, serial: str, as_of: int | None) -> TestView | None:
        async with self.seen(viewer) as (connection, scope):
            device = await self._device(connection, scope, serial)
            if device is None:
                return None
            generation = device.generation
            if as_of is not None:
                generation = await connection.fetchval(_GENERATION_THEN, self.ledger, serial, as_of)
            row = await connection.fetchrow(_TEST, self.ledger, serial, generation)
            if row is None or (as_of is not None and row["sequence"] > as_of):
                return None
            return TestView(**{**row, "licenses": json.loads(row["licenses"])}, as_of=as_of)

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
