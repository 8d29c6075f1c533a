"""Queries of what accounts hold, and of the movements that made it so."""

from typing import Any

from contracts.accounts import device_account, project_account
from contracts.log.subjects import PROJECT, subject
from ledger.adapters.postgres.queries.past_visibility import Past, has_past, past_of, stay
from ledger.adapters.postgres.queries.project_balances import balances_of
from ledger.adapters.postgres.queries.projects import PostgresProjectQueries
from ledger.adapters.postgres.queries.redaction import redaction_for
from ledger.application.queries.balances import BalanceView, CauseView, MovementView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_PROJECT, _DEVICE = project_account(""), device_account("")

_CAUSES = """
SELECT m.sequence, m.line, m.time, m.units AS count, m.held AS balance, m.event_type, e.subject, m.actor, m.command_id,
       e.correlation_id
  FROM movements AS m JOIN entries AS e USING (ledger, sequence)
 WHERE m.ledger = $1 AND m.account = $2 AND m.license_type = $3 AND m.sequence <= $4
   AND (m.sequence, m.line) > ($5, $6)
 ORDER BY m.sequence, m.line LIMIT $7"""
_MOVEMENTS = "SELECT sequence, line, time, account, license_type, units AS count, held AS balance, event_type, actor"
_PROJECT_MOVEMENTS = f"""
{_MOVEMENTS}, $6 AS company FROM movements WHERE ledger = $1 AND account = $2 AND (sequence, line) > ($3, $4)
 ORDER BY sequence, line LIMIT $5"""
_DEVICE_MOVEMENTS = f"""
{_MOVEMENTS}, company FROM movements AS m CROSS JOIN LATERAL {stay("$6", "m.sequence")} AS stay
 WHERE ledger = $1 AND account = $2 AND (sequence, line) > ($3, $4)
   AND ($7 OR company = ANY ($8) OR project = ANY ($9)) ORDER BY sequence, line LIMIT $5"""


class PostgresBalanceQueries(PostgresProjectQueries):
    """Implements BalanceQueries."""

    async def balance(self, viewer: Viewer, project: str) -> BalanceView | None:
        return await self._balance(viewer, project, None, with_devices=True)

    async def balance_as_of(
        self, viewer: Viewer, project: str, sequence: int, *, with_devices: bool
    ) -> BalanceView | None:
        return await self._balance(viewer, project, sequence, with_devices=with_devices)

    async def _balance(
        self, viewer: Viewer, project: str, sequence: int | None, *, with_devices: bool
    ) -> BalanceView | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            said = await balances_of(connection, self.ledger, [project], sequence, with_devices=with_devices)
            return said[project]

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
                if not await has_past(connection, self.ledger, scope, past, serial):
                    return None
                reach = past.everything, past.companies, past.projects
                rows = await connection.fetch(_DEVICE_MOVEMENTS, *place, serial, *reach)
            return one_page((_movement(row, past) for row in rows), limit)

    async def causes(
        self, viewer: Viewer, project: str, license_type: str, until: int, after: tuple[int, int], limit: int
    ) -> Page[CauseView] | None:
        async with self.seen(viewer) as (connection, scope):
            found = await self._project(connection, scope, project)
            if found is None:
                return None
            redaction = await redaction_for(connection, self.ledger, scope, found.company, subject(PROJECT, project))
            account = project_account(project)
            rows = await connection.fetch(_CAUSES, self.ledger, account, license_type, until, *after, limit + 1)
            return one_page((CauseView(**redaction.of(row)) for row in rows), limit)


def _movement(row: Any, past: Past) -> MovementView:
    said: dict[str, Any] = dict(row)
    said["actor"] = past.actor(said["actor"], said.pop("company"))
    return MovementView(**said)
