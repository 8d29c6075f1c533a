"""Queries of software service."""

from contracts.licenses import CREDIT
from contracts.software_service import ServicePeriod
from ledger.adapters.postgres.queries.projects import PostgresProjectQueries
from ledger.application.queries.software_service import ServiceState
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from ledger.domain.software_service_quotes import ServiceFacts

_PERIOD = "SELECT anchor, months FROM software_services WHERE ledger = $1 AND project = $2"
_CREDITS = "SELECT free FROM balances WHERE ledger = $1 AND project = $2 AND license_type = $3"
_HELD = """
SELECT license_type, h.license_class, held AS count, weight
  FROM held_licenses AS h JOIN license_types USING (ledger, license_type)
 WHERE ledger = $1 AND project = $2 AND held > 0 ORDER BY license_type"""
_UNITS = """
SELECT COALESCE(sum(count * weight), 0)::bigint
  FROM (SELECT license_type, free AS count FROM balances WHERE ledger = $1 AND project = $2
        UNION ALL
        SELECT l.license_type, l.count FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
         WHERE ledger = $1 AND d.project = $2) AS held
  JOIN license_types AS t ON t.ledger = $1 AND t.license_type = held.license_type AND t.license_class = 'pbx'"""


class PostgresSoftwareServiceQueries(PostgresProjectQueries):
    """Implements SoftwareServiceQueries."""

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
            waiting = tuple(LicensesView(**{name: row[name] for name in LicensesView.model_fields}) for row in held)
            return ServiceState(facts, free or 0, waiting)
