"""Queries of cases; a page walks an index, whatever the number of cases."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from immutables import Map

from rma.adapters.postgres.case_rows import CASE_COLUMNS, case_row
from rma.adapters.postgres.database import TEXTS
from rma.adapters.postgres.queries.case_search import case_search
from rma.adapters.postgres.requests import request_of
from rma.application.projection.rows import CaseRow
from rma.application.queries.case_views import case_view_of, facts_for, summary_of
from rma.application.queries.cases import CaseSearch
from rma.application.queries.sight import Sight
from rma.application.queries.views import CaseView, EntitlementView, EntryView, SummaryView
from rma.domain.state import Cases
from runtime.pages import Page, Start, one_page
from runtime.postgres.set_aside import read_stop
from runtime.postgres.snapshots import Snapshots
from runtime.postgres.staff_texts import PostgresTexts, with_texts
from runtime.set_aside import LogStopView
from runtime.staff_texts import EntryTextsView, StaffTextView

_FILED = "SELECT rma FROM entries WHERE ledger = $1 AND sequence = $2 AND rma IS NOT NULL"
_NOW = f"SELECT {CASE_COLUMNS} FROM cases WHERE ledger = $1 AND rma = $2"  # noqa: S608 - our own words
_THEN = f"""
SELECT {CASE_COLUMNS} FROM case_versions
 WHERE ledger = $1 AND rma = $2 AND sequence <= $3 ORDER BY sequence DESC LIMIT 1"""  # noqa: S608
_PROJECT = "SELECT project FROM cases WHERE ledger = $1 AND rma = $2"
_COMMAND = "SELECT command_id FROM cases WHERE ledger = $1 AND rma = $2"
_COMMAND_OF_ENTRY = "SELECT command_id FROM entries WHERE ledger = $1 AND sequence = $2"
_HISTORY = """
SELECT sequence, time, actor, event_type, step, state, ledger_sequence, command_id, correlation_id, facts FROM entries
 WHERE ledger = $1 AND rma = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"""
_ENTITLEMENT = "SELECT threshold, reference, reason, sequence FROM entitlements WHERE ledger = $1 AND company = $2"
_OWED = f"""
SELECT {CASE_COLUMNS} FROM cases WHERE ledger = $1 AND company = $2 AND owes
 ORDER BY overdue_on, filed_sequence LIMIT 100"""  # noqa: S608
# What steps of staff rest on besides the case: the entitlement of its company, what that owes, the device's open case.
_BESIDE = """
SELECT (SELECT threshold FROM entitlements WHERE ledger = $1 AND company = $2) AS threshold,
       ARRAY(SELECT rma FROM cases WHERE ledger = $1 AND company = $2 AND owes
              ORDER BY overdue_on, filed_sequence LIMIT 100) AS owing,
       (SELECT rma FROM cases WHERE ledger = $1 AND serial = $3 AND open) AS open"""
_REFERENCED = f"""
SELECT digest FROM {TEXTS} WHERE ledger = $1 AND member = 'reference' AND text = $2 LIMIT 1000"""  # noqa: S608


class PostgresCaseQueries(Snapshots):
    """Implements CaseQueries."""

    async def filed_by(self, sequence: int) -> str | None:
        found: str | None = await self.value(_FILED, self.ledger, sequence)
        return found

    async def command_of_entry(self, sequence: int) -> str | None:
        found: str | None = await self.value(_COMMAND_OF_ENTRY, self.ledger, sequence)
        return found

    async def texts_of_entry(self, sequence: int) -> EntryTextsView | None:
        async with self.snapshot() as connection:
            command_id = await connection.fetchval(_COMMAND_OF_ENTRY, self.ledger, sequence)
            if command_id is None:
                return None
            shown = await PostgresTexts(self._pool, self.ledger, TEXTS).of_command(connection, command_id)
            return EntryTextsView(sequence=sequence, texts=[StaffTextView(**one._asdict()) for one in shown])

    async def command_of(self, rma: str) -> str | None:
        found: str | None = await self.value(_COMMAND, self.ledger, rma)
        return found

    async def project_of(self, sight: Sight, rma: str) -> str | None:
        async with self.snapshot() as connection:
            return await self._project(connection, sight, rma)

    async def sees(self, sight: Sight, rma: str) -> bool:
        async with self.snapshot() as connection:
            return await self._sees(connection, sight, rma)

    async def case(self, sight: Sight, rma: str, until: int | None, today: date) -> CaseView | None:
        async with self.snapshot() as connection:
            if not await self._sees(connection, sight, rma):
                return None
            query, more = (_NOW, ()) if until is None else (_THEN, (until,))
            found = await self._rows(connection, await connection.fetch(query, self.ledger, rma, *more))
            if not found:
                return None
            if until is not None:
                return case_view_of(found[0], sight, None, None, today)
            request = await request_of(connection, self.ledger, found[0].command_id)
            beside = await self._beside(connection, found[0]) if sight.is_staff else Cases()
            return case_view_of(found[0], sight, request, beside, today)

    async def find(self, sight: Sight, wanted: CaseSearch, start: Start, limit: int, today: date) -> Page[SummaryView]:
        async with self.snapshot() as connection:
            digests = None
            if wanted.reference is not None:
                found = await connection.fetch(_REFERENCED, self.ledger, wanted.reference)
                digests = [row["digest"] for row in found]
            query, arguments = case_search(wanted, sight.reach, start, digests)
            rows = await connection.fetch(query, self.ledger, start.after, limit + 1, *arguments)
            return one_page((summary_of(row, sight, today) for row in await self._rows(connection, rows)), limit)

    async def history(self, sight: Sight, rma: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.snapshot() as connection:
            if not await self._sees(connection, sight, rma):
                return None
            rows = await connection.fetch(_HISTORY, self.ledger, rma, after, limit + 1)
            parsed = ({**row, "facts": facts_for(json.loads(row["facts"]), sight)} for row in rows)
            told = await with_texts(connection, self.ledger, TEXTS, parsed)
            return one_page((EntryView(**row) for row in told), limit)

    async def entitlement(self, sight: Sight, company: str, today: date) -> EntitlementView | None:
        if not sight.administers(company):
            return None
        async with self.snapshot() as connection:
            owed = await self._rows(connection, await connection.fetch(_OWED, self.ledger, company))
            row = await connection.fetchrow(_ENTITLEMENT, self.ledger, company)
            (said,) = await with_texts(connection, self.ledger, TEXTS, [row or _NEVER])
            return _entitlement(company, said, sight, [summary_of(one, sight, today) for one in owed])

    async def stop(self) -> LogStopView:
        async with self.snapshot() as connection:
            return await read_stop(connection, self.ledger, TEXTS)

    async def _beside(self, connection: Any, row: CaseRow) -> Cases:
        found = await connection.fetchrow(_BESIDE, self.ledger, row.company, row.serial)
        return Cases(
            open=Map({row.serial: found["open"]} if found["open"] else {}),
            owing=Map({row.company: tuple(found["owing"])}),
            thresholds=Map({} if found["threshold"] is None else {row.company: found["threshold"]}),
        )

    async def _sees(self, connection: Any, sight: Sight, rma: str) -> bool:
        return await self._project(connection, sight, rma) is not None

    async def _project(self, connection: Any, sight: Sight, rma: str) -> str | None:
        project: str | None = await connection.fetchval(_PROJECT, self.ledger, rma)
        return project if project is not None and sight.require(project) else None

    async def _rows(self, connection: Any, records: Iterable[Any]) -> list[CaseRow]:
        """Cases, with texts in place of the digests that they hold."""
        parsed = ({**record, "told": json.loads(record["told"])} for record in records)
        told = await with_texts(connection, self.ledger, TEXTS, parsed)
        return [case_row({**row, "told": json.dumps(row["told"])}) for row in told]


_NEVER = {"threshold": None, "reference": None, "reason": None, "sequence": None}


def _entitlement(company: str, said: dict[str, Any], sight: Sight, owed: list[SummaryView]) -> EntitlementView:
    """Contracts and reasons are the staff's own words."""
    hidden = {} if sight.is_staff else {"reference": None, "reason": None}
    return EntitlementView(**{**said, **hidden}, company=company, entitled=said["threshold"] is not None, owed=owed)
