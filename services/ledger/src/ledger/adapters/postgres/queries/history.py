"""Queries of history; each walks an index, so a page costs the same wherever it stands."""

from typing import Any, NamedTuple

from contracts.events.corrections import DeliveryCorrected, DeliveryCorrectionProposed
from contracts.events.delivered_devices import DevicesRegistered
from contracts.log.postings import device_account, held_account, project_account
from contracts.log.subjects import COMPANY, DEVICE, KEY, PROJECT, subject
from ledger.adapters.postgres.queries.activation_keys import PostgresActivationKeyQueries
from ledger.adapters.postgres.queries.past_visibility import has_past, past_of, stay
from ledger.adapters.postgres.queries.redaction import GUARANTEE, Redaction, redaction_for
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.adapters.postgres.queries.visibility import predecessors_of
from ledger.application.queries.history import EntryView, MovedView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, one_page

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
_STAFF_ONLY = [event.type for event in (DevicesRegistered, DeliveryCorrectionProposed, DeliveryCorrected)]
"""The vendor's own records, which no company reads."""
# A key that was redeemed: that entry belongs to who did it.
_OF_KEY = _HISTORY.format(
    company="""(SELECT company FROM activation_keys AS k
                 WHERE k.ledger = $1 AND k.key_digest = $5 AND k.redeemed_sequence = e.sequence)""",
    shown="true",
)
_MOVED = """
SELECT sequence, account, license_type, units AS count, held AS balance FROM movements AS m
 WHERE ledger = $1 AND sequence = ANY ($2) AND {} ORDER BY sequence, line"""
_MOVED_ON_ACCOUNTS = _MOVED.format("account = ANY ($3)")
# The balances of projects that are a company's now, and what stands on a device while that is in one.
_MOVED_OF_COMPANIES = _MOVED.format(f"""
       CASE WHEN account LIKE 'device/%'
            THEN EXISTS (SELECT FROM ({stay("split_part(m.account, '/', 2)", "m.sequence")} UNION ALL
                                      {stay("split_part(m.account, '/', 2)", "m.sequence", "<")}) AS stay
                          WHERE company = ANY ($3))
            ELSE EXISTS (SELECT FROM projects AS p WHERE p.ledger = $1
                            AND p.project = split_part(m.account, '/', 2) AND p.company = ANY ($3)) END""")  # noqa: S608


class Moved(NamedTuple):
    """Which movements of its entries a history shows: a query, and the accounts or companies that it asks for."""

    query: str
    reach: list[str]


class PostgresHistoryQueries(PostgresActivationKeyQueries):
    """Implements HistoryQueries; who may see a key, sees its history."""

    async def project_history(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            found = await self._project(connection, scope, project)
            if found is None:
                return None
            about, moved = subject(PROJECT, project), Moved(_MOVED_ON_ACCOUNTS, _accounts(project))
            redaction = await redaction_for(connection, self.ledger, scope, found.company, about)
            if scope.sees_all:
                return await self._history(connection, redaction, _WHOLE_HISTORY, [about], moved, after, limit)
            companies = await self._with_predecessors(connection, found.company)
            return await self._history(connection, redaction, _OF_COMPANIES, [about], moved, after, limit, companies)

    async def company_history(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all and company != scope.company:
                return None
            if not scope.sees_all and not scope.administers:
                raise NoRight("view")
            companies = await self._with_predecessors(connection, company)
            about, moved = [subject(COMPANY, one) for one in companies], Moved(_MOVED_OF_COMPANIES, companies)
            redaction = await redaction_for(connection, self.ledger, scope, company, about[0])
            return await self._history(connection, redaction, _WHOLE_HISTORY, about, moved, after, limit)

    async def device_history(self, viewer: Viewer, serial: str, after: int, limit: int) -> Page[EntryView] | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            if not await has_past(connection, self.ledger, scope, past, serial):
                return None
            about, moved = subject(DEVICE, serial), Moved(_MOVED_ON_ACCOUNTS, [device_account(serial)])
            redaction = Redaction(past, None, scope.guarantee, about)
            if scope.sees_all:
                return await self._history(connection, redaction, _WHOLE_HISTORY, [about], moved, after, limit)
            hidden = _STAFF_ONLY if scope.guarantee else [*_STAFF_ONLY, GUARANTEE]
            reach = serial, past.companies, past.projects, hidden
            return await self._history(connection, redaction, _OF_DEVICE, [about], moved, after, limit, *reach)

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        key = await self.activation_key(viewer, key_digest)
        if key is None:
            return None
        async with self.seen(viewer) as (connection, scope):
            about, moved = subject(KEY, key_digest), Moved(_MOVED_ON_ACCOUNTS, _accounts(key.project))
            redaction = await redaction_for(connection, self.ledger, scope, None, about)
            return await self._history(connection, redaction, _OF_KEY, [about], moved, after, limit, key_digest)

    async def _with_predecessors(self, connection: Any, company: str) -> list[str]:
        return [company, *await predecessors_of(connection, self.ledger, [company])]

    async def _history(
        self,
        connection: Any,
        redaction: Redaction,
        query: str,
        about: list[str],
        moved: Moved,
        after: int,
        limit: int,
        *reach: object,
    ) -> Page[EntryView]:
        """Entries that concern any of some things, as far as the query shows them."""
        rows = await connection.fetch(query, self.ledger, about, after, limit + 1, *reach)
        moves: dict[int, list[MovedView]] = {row["sequence"]: [] for row in rows}
        for row in await connection.fetch(moved.query, self.ledger, list(moves), moved.reach):
            said = dict(row)
            moves[said.pop("sequence")].append(MovedView(**said))
        told = await with_texts(connection, self.ledger, map(redaction.of, rows))
        return one_page((EntryView(**row, movements=moves[row["sequence"]]) for row in told), limit)


def _accounts(project: str | None) -> list[str]:
    """The two accounts of a project, if there is one."""
    return [] if project is None else [project_account(project), held_account(project)]
