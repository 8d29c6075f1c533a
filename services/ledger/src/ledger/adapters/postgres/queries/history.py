"""The queries about the past on PostgreSQL; each walks an index, so a page costs the same wherever it stands."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.events.corrections import DeliveryCorrected, DeliveryCorrectionProposed
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.warranty import WarrantyExtended
from contracts.log.postings import device_account, held_account, project_account
from contracts.log.subjects import COMPANY, DEVICE, KEY, PROJECT, subject
from ledger.adapters.postgres.queries import block_columns as blocked
from ledger.adapters.postgres.queries.past_visibility import Past, past_of, stay, was_seen
from ledger.adapters.postgres.queries.queries import AFTER_ALL, PostgresQueries, device_view, one_page
from ledger.adapters.postgres.queries.visibility import Reach, Scope, narrowed
from ledger.application.queries.history import ActivationKeyView, CauseView, DeviceSearch, EntryView, MovedView
from ledger.application.queries.queries import (
    BalanceView,
    DeviceView,
    FreeLicenses,
    HeldLicenses,
    LicensesView,
    NoRight,
    Page,
    Viewer,
)

_SEQUENCE_AT = """
SELECT sequence FROM entries WHERE ledger = $1 AND time <= $2 ORDER BY time DESC, sequence DESC LIMIT 1"""
_BALANCE = """
SELECT b.license_type, b.license_class, m.held AS free
  FROM balances AS b
  JOIN LATERAL (
       SELECT held FROM movements
        WHERE ledger = $1 AND account = $3 AND license_type = b.license_type AND sequence <= $4
        ORDER BY sequence DESC, line DESC LIMIT 1) AS m ON true
 WHERE b.ledger = $1 AND b.project = $2 ORDER BY b.license_type"""
_HELD = """
SELECT h.license_type, h.license_class, m.held AS count
  FROM held_licenses AS h
  JOIN LATERAL (
       SELECT held FROM movements
        WHERE ledger = $1 AND account = $3 AND license_type = h.license_type AND sequence <= $4
        ORDER BY sequence DESC, line DESC LIMIT 1) AS m ON m.held > 0
 WHERE h.ledger = $1 AND h.project = $2 ORDER BY h.license_type"""
_DEVICE_VERSION = f"""
SELECT v.serial, v.company, v.project, v.generation, v.issue, v.sequence, v.time AS changed, v.licenses,
       d.path, d.time AS delivered, d.file_sha256, {blocked.COLUMNS}
  FROM device_versions AS v
  LEFT JOIN deliveries AS d ON d.ledger = v.ledger AND d.serial = v.serial AND d.generation = v.generation
       AND d.issue = v.issue AND d.sequence <= $3
  {blocked.join(blocked.device("v.serial"), blocked.company("v.company"), ledger="v.ledger", at="$3")}
 WHERE v.ledger = $1 AND v.serial = $2 AND v.sequence <= $3
   AND NOT EXISTS (SELECT FROM replacements AS r WHERE r.ledger = $1 AND r.serial = $2 AND r.sequence <= $3)
 ORDER BY v.sequence DESC LIMIT 1"""  # noqa: S608
_CAUSES = """
SELECT m.sequence, m.line, m.time, m.units, m.held, m.event_type, e.subject, m.actor, m.command_id, e.correlation_id
  FROM movements AS m JOIN entries AS e USING (ledger, sequence)
 WHERE m.ledger = $1 AND m.account = $2 AND m.license_type = $3 AND m.sequence <= $4
   AND (m.sequence, m.line) > ($5, $6)
 ORDER BY m.sequence, m.line LIMIT $7"""
# A walk for each thing, as far as the page goes; an entry may concern several. `shown` is asked entry by entry.
_HISTORY = """
SELECT e.sequence, e.time, e.actor, e.event_type, e.subject, e.command_id, e.correlation_id, e.facts,
       {company} AS company
  FROM (SELECT DISTINCT found.sequence FROM unnest($2::text[]) AS about (subject) CROSS JOIN LATERAL (
               SELECT s.sequence FROM subject_entries AS s
                WHERE s.ledger = $1 AND s.subject = about.subject AND s.sequence > $3 AND {shown}
                ORDER BY s.sequence LIMIT $4) AS found
         ORDER BY found.sequence LIMIT $4) AS page
  JOIN entries AS e ON e.ledger = $1 AND e.sequence = page.sequence ORDER BY e.sequence"""
_WHOLE_HISTORY = _HISTORY.format(company="NULL", shown="true")
_OF_COMPANIES = _HISTORY.format(
    company="NULL", shown="$5 && (SELECT companies FROM entries AS e WHERE e.ledger = $1 AND e.sequence = s.sequence)"
)
# What made the device leave still belongs to where it was.
_STAYS = f"({stay('$5', '{0}.sequence')} UNION ALL {stay('$5', '{0}.sequence', '<')}) AS stay"
_SEEN_IN = f"FROM {_STAYS} WHERE company = ANY ($6) OR project = ANY ($7)"
_OF_DEVICE = _HISTORY.format(
    company=f"(SELECT company {_SEEN_IN.format('e')} LIMIT 1)",
    shown=f"""EXISTS (SELECT {_SEEN_IN.format("s")})
      AND (SELECT event_type FROM entries AS e WHERE e.ledger = $1 AND e.sequence = s.sequence) <> ALL ($8)""",  # noqa: S608
)
_GUARANTEE = WarrantyExtended.type
"""End customers may not learn of a device that it was in one of these entries (F4)."""
_STAFFS = [event.type for event in (DevicesRegistered, DeliveryCorrectionProposed, DeliveryCorrected)]
"""The vendor's own papers."""
_MOVED = """
SELECT sequence, license_type, units, held FROM movements
 WHERE ledger = $1 AND account = $2 AND sequence = ANY ($3) ORDER BY sequence, line"""
_KEYS = f"""
SELECT key_digest, key_hint, lots, order_number, customer_reference, issued_sequence, issued,
       company, project, redeemed_sequence, redeemed, {blocked.COLUMNS}
  FROM activation_keys AS k {blocked.join(blocked.key("k.key_digest"), ledger="k.ledger")}
 WHERE ledger = $1"""  # noqa: S608


class PostgresHistory(PostgresQueries):
    """Implements HistoryQueries."""

    async def sequence_at(self, time: datetime) -> int:
        async with self._snapshot() as connection:
            found: int | None = await connection.fetchval(_SEQUENCE_AT, self.ledger, time)
            return found or 0

    async def time_of(self, sequence: int) -> datetime | None:
        query = "SELECT time FROM entries WHERE ledger = $1 AND sequence = $2"
        async with self._snapshot() as connection:
            found: datetime | None = await connection.fetchval(query, self.ledger, sequence)
            return found

    async def balance_as_of(self, viewer: Viewer, project: str, sequence: int) -> BalanceView | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            rows = await connection.fetch(_BALANCE, self.ledger, project, project_account(project), sequence)
            held = await connection.fetch(_HELD, self.ledger, project, held_account(project), sequence)
            return BalanceView(
                project=project,
                licenses=[FreeLicenses(**row) for row in rows],
                held=[HeldLicenses(**row) for row in held],
                as_of=sequence,
            )

    async def device_as_of(self, viewer: Viewer, serial: str, sequence: int) -> DeviceView | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            if not await was_seen(connection, self.ledger, scope, past, serial, sequence):
                return None
            row = await connection.fetchrow(_DEVICE_VERSION, self.ledger, serial, sequence)
            return row and _version(blocked.viewed(row), sequence)

    async def causes(
        self, viewer: Viewer, project: str, license_type: str, until: int, after: tuple[int, int], limit: int
    ) -> Page[CauseView] | None:
        async with self.seen(viewer) as (connection, scope):
            found = await self._project(connection, scope, project)
            if found is None:
                return None
            telling = await self._telling(connection, scope, found.company, subject(PROJECT, project))
            account = project_account(project)
            rows = await connection.fetch(_CAUSES, self.ledger, account, license_type, until, *after, limit + 1)
            return one_page((CauseView(**telling.of(row)) for row in rows), limit)

    async def project_history(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            found = await self._project(connection, scope, project)
            if found is None:
                return None
            about, account = subject(PROJECT, project), project_account(project)
            telling = await self._telling(connection, scope, found.company, about)
            if scope.sees_all:
                return await self._history(connection, telling, _WHOLE_HISTORY, [about], after, limit, account=account)
            companies = await self._with_predecessors(connection, found.company)
            return await self._history(
                connection, telling, _OF_COMPANIES, [about], after, limit, companies, account=account
            )

    async def company_history(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all and company != scope.company:
                return None
            if not scope.sees_all and not scope.administers:
                raise NoRight("view")
            about = [subject(COMPANY, one) for one in await self._with_predecessors(connection, company)]
            telling = await self._telling(connection, scope, company, about[0])
            return await self._history(connection, telling, _WHOLE_HISTORY, about, after, limit)

    async def device_history(self, viewer: Viewer, serial: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            if not await self._has_past(connection, scope, past, serial):
                return None
            about, account = subject(DEVICE, serial), device_account(serial)
            telling = Telling(past, None, scope.guarantee, about)
            if scope.sees_all:
                return await self._history(connection, telling, _WHOLE_HISTORY, [about], after, limit, account=account)
            hidden = _STAFFS if scope.guarantee else [*_STAFFS, _GUARANTEE]
            reach = serial, past.companies, past.projects, hidden
            return await self._history(connection, telling, _OF_DEVICE, [about], after, limit, *reach, account=account)

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        if await self.activation_key(viewer, key_digest) is None:
            return None
        async with self.seen(viewer) as (connection, scope):
            about = subject(KEY, key_digest)
            telling = await self._telling(connection, scope, None, about)
            return await self._history(connection, telling, _WHOLE_HISTORY, [about], after, limit)

    async def find_devices(
        self, viewer: Viewer, wanted: DeviceSearch, after: str, limit: int
    ) -> Page[DeviceView] | None:
        async with self.seen(viewer) as (connection, scope):
            if wanted.project is not None:
                place = await self._project(connection, scope, wanted.project)
                if place is None:
                    return None
                if wanted.company not in (None, place.company):
                    return Page((), more=False)
            reach = await narrowed(connection, self.ledger, scope.lists(), wanted.company)
            query, arguments = device_search(wanted, reach, after, limit + 1)
            serials = [row[0] for row in await connection.fetch(query, self.ledger, *arguments)] if query else []
            return one_page(await self._devices_named(connection, serials), limit)

    async def activation_keys(
        self, viewer: Viewer, order_number: str | None, after: int, limit: int
    ) -> Page[ActivationKeyView] | None:
        query = f"""{_KEYS} AND issued_sequence > $2 AND ($3::text IS NULL OR order_number = $3)
            ORDER BY issued_sequence LIMIT $4"""
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all:
                return None
            rows = await connection.fetch(query, self.ledger, after, order_number, limit + 1)
            return one_page(map(_key, rows), limit)

    async def activation_key(self, viewer: Viewer, key_digest: str) -> ActivationKeyView | None:
        async with self.seen(viewer) as (connection, scope):
            row = await connection.fetchrow(f"{_KEYS} AND key_digest = $2", self.ledger, key_digest)
            if row is None or scope.sees_all:
                return row and _key(row)
            if row["project"] is None or await self._project(connection, scope, row["project"]) is None:
                return None
            return _key(row).model_copy(update={"order_number": None, "customer_reference": None})

    async def _telling(self, connection: Any, scope: Scope, company: str | None, about: str) -> "Telling":
        return Telling(await past_of(connection, self.ledger, scope), company, scope.guarantee, about)

    async def _history(
        self,
        connection: Any,
        telling: "Telling",
        query: str,
        about: list[str],
        after: int,
        limit: int,
        *reach: object,
        account: str = "",
    ) -> Page[EntryView]:
        """Entries that concern any of some things, as far as the query shows them."""
        rows = await connection.fetch(query, self.ledger, about, after, limit + 1, *reach)
        moved: dict[int, list[MovedView]] = {row["sequence"]: [] for row in rows}
        for sequence, *what in await connection.fetch(_MOVED, self.ledger, account, list(moved)) if account else ():
            moved[sequence].append(MovedView(license_type=what[0], units=what[1], held=what[2]))
        return one_page((EntryView(**telling.of(row), movements=moved[row["sequence"]]) for row in rows), limit)


@dataclass(frozen=True, slots=True)
class Telling:
    """How a viewer is told the entries of something (`about`) that is in a company, or in several in turn."""

    past: Past
    company: str | None
    guarantee: bool
    about: str

    def of(self, row: Any) -> dict[str, Any]:
        """The row, without accounts of other companies, and without which device a guarantee was extended for."""
        said: dict[str, Any] = dict(row)
        company = said.pop("company", None) or self.company
        said["actor"] = self.past.actor(said["actor"], company)
        if "facts" in said:
            whole = self.past.everything or company in self.past.companies
            said["facts"] = json.loads(said["facts"]) if whole and said["facts"] else None
        hidden = not self.guarantee and row["event_type"] == _GUARANTEE
        return said | {"subject": self.about} if hidden else said


def device_search(wanted: DeviceSearch, reach: Reach, after: str, limit: int) -> tuple[str, list[Any]]:
    """The query for serials, its $1 the ledger, and its further arguments; no query where nothing can be seen.

    Each part walks an index from where the page begins to where it ends.
    """
    arguments: list[Any] = [after, wanted.prefix, wanted.prefix + AFTER_ALL, limit]

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 1}"

    table = "devices" if wanted.license_type is None else "devices_by_type"
    of_type = "" if wanted.license_type is None else f" AND license_type = {argument(wanted.license_type)}"

    def walk(where: str) -> str:
        return f"""(SELECT serial FROM {table}
            WHERE ledger = $1 AND serial > $2 AND serial >= $3 AND serial < $4{of_type}{where}
            ORDER BY serial LIMIT $5)"""  # noqa: S608 - made of our own words

    everything, company, projects = reach
    if wanted.project is not None:
        parts = [walk(f" AND project = {argument(wanted.project)}")]
    elif everything:
        parts = [walk("")]
    else:
        parts = [walk(f" AND company = {argument(company)}")] if company else []
        if projects:
            granted = f"unnest({argument(projects)}::text[]) AS granted (id)"
            shown = walk(" AND project = granted.id")
            parts.append(
                f"""(SELECT shown.serial FROM {granted} CROSS JOIN LATERAL {shown} AS shown
                ORDER BY shown.serial LIMIT $5)"""  # noqa: S608
            )
    union = " UNION ".join(parts)
    return (f"{union} ORDER BY serial LIMIT $5" if len(parts) > 1 else union), arguments


def _version(row: dict[str, Any], sequence: int) -> DeviceView:
    licenses = _lots(row.pop("licenses"))
    return device_view(row, licenses).model_copy(update={"as_of": sequence})


def _key(row: Any) -> ActivationKeyView:
    said = blocked.viewed(row)
    licenses = _lots(said.pop("lots"))
    return ActivationKeyView(**said, licenses=licenses)


def _lots(text: str) -> list[LicensesView]:
    return [LicensesView(**lot) for lot in json.loads(text)]
