"""Queries of entries: one idea of which of them a viewer sees, and what of each.

Each walks an index, so a page costs the same wherever it stands.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from contracts.accounts import device_account, held_account, project_account
from contracts.events.corrections import DeliveryCorrected, DeliveryCorrectionProposed
from contracts.events.delivered_devices import DevicesRegistered
from contracts.log.subjects import COMPANY, DEVICE, KEY, PROJECT, subject
from ledger.adapters.postgres.queries.activation_keys import PostgresActivationKeyQueries
from ledger.adapters.postgres.queries.entry_sight import Reach, Sight, reach_of, sight_of
from ledger.adapters.postgres.queries.entry_walks import Arguments, Span, Thing, entries_of, was_on_device
from ledger.adapters.postgres.queries.label_columns import notes_on
from ledger.adapters.postgres.queries.past_visibility import Past, has_past, past_of
from ledger.adapters.postgres.queries.redaction import GUARANTEE, Redaction
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.adapters.postgres.queries.visibility import Scope, predecessors_of
from ledger.application.queries.history import EntryPage, EntrySearch, EntryView, MovedView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, one_page

_STAFF_ONLY = [event.type for event in (DevicesRegistered, DeliveryCorrectionProposed, DeliveryCorrected)]
"""The vendor's own records, which no company reads."""
# A key that was redeemed: that entry belongs to who did it.
_COMPANY_OF_KEY = """(SELECT company FROM activation_keys AS k
     WHERE k.ledger = $1 AND k.key_digest = {} AND k.redeemed_sequence = e.sequence)"""
_POSITION = "SELECT sequence FROM position WHERE ledger = $1"
_PROJECTS = "SELECT project, company FROM projects WHERE ledger = $1 AND project = ANY ($2) ORDER BY project"
_MOVED = """
SELECT sequence, account, license_type, units AS count, held AS balance FROM movements
 WHERE ledger = $1 AND sequence = ANY ($2) ORDER BY sequence, line"""
NAMED = 20
"""Projects and devices that an entry names in an answer: registering a thousand devices is one entry."""
_ANYTHING = Thing("")
"""What entries concern that are asked for whatever they concern."""


class Shown(NamedTuple):
    """The entries of a list by the things that they concern, and on which accounts it shows what they moved.

    No `things` are all entries; `moved` is some accounts, or those that somebody sees, and nothing for all.
    """

    query: str
    arguments: Arguments
    things: Sequence[Thing] | None
    moved: frozenset[str] | Reach | None


class PostgresHistoryQueries(PostgresActivationKeyQueries):
    """Implements HistoryQueries; who may see a key, sees its history."""

    async def entries(self, viewer: Viewer, wanted: EntrySearch, after: int | None, limit: int) -> EntryPage | None:
        span = Span(after, limit + 1, wanted.types, wanted.newest_first, wanted.license_type)
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            if wanted.device is not None:
                shown = await self._of_device(connection, scope, past, wanted.device, span)
            elif wanted.project is not None:
                shown = await self._of_project(connection, scope, wanted.project, span)
            elif wanted.company is not None:
                shown = await self._of_company(connection, scope, wanted.company, span)
            else:
                shown = await self._of_viewer(connection, scope, past, span)
            if shown is None:
                return None
            page = one_page(await self._views(connection, scope, past, shown), limit)
            position: int | None = await connection.fetchval(_POSITION, self.ledger)
            return EntryPage(page.rows, page.more, position or 0)

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        key = await self.activation_key(viewer, key_digest)
        if key is None:
            return None
        async with self.seen(viewer) as (connection, scope):
            past, arguments = await past_of(connection, self.ledger, scope), Arguments(self.ledger)
            thing = Thing(subject(KEY, key_digest), key.company)
            company = _COMPANY_OF_KEY.format(arguments.add(key_digest))
            query = entries_of([thing], Span(after, limit + 1), arguments, company=company)
            moved = frozenset[str]() if key.project is None else _balances(key.project)
            shown = Shown(query, arguments, [thing], moved)
            return one_page(await self._views(connection, scope, past, shown), limit)

    async def _of_device(self, connection: Any, scope: Scope, past: Past, serial: str, span: Span) -> Shown | None:
        if not await has_past(connection, self.ledger, scope, past, serial):
            return None
        moved = frozenset({device_account(serial)})
        thing = Thing(subject(DEVICE, serial), serial=serial, accounts=sorted(moved))
        things, arguments = [thing], Arguments(self.ledger)
        if scope.sees_all:
            return Shown(entries_of(things, span, arguments), arguments, things, moved)
        device, *reach = map(arguments.add, (serial, past.companies, past.projects))
        hidden = arguments.add(_STAFF_ONLY if scope.guarantee else [*_STAFF_ONLY, GUARANTEE])
        query = entries_of(
            things,
            span,
            arguments,
            shown=f"EXISTS (SELECT {was_on_device(device, 's', *reach)}) AND s.event_type <> ALL ({hidden}::text[])",
        )
        return Shown(query, arguments, things, moved)

    async def _of_project(self, connection: Any, scope: Scope, project: str, span: Span) -> Shown | None:
        found = await self._project(connection, scope, project)
        if found is None:
            return None
        things, arguments = [_of_project(project, found.company, whole=scope.sees_all)], Arguments(self.ledger)
        return Shown(entries_of(things, span, arguments), arguments, things, _balances(project))

    async def _of_company(self, connection: Any, scope: Scope, company: str, span: Span) -> Shown | None:
        if not scope.sees_all and company != scope.company:
            return None
        if not scope.sees_all and not scope.administers:
            raise NoRight("view")
        companies = [company, *await predecessors_of(connection, self.ledger, [company])]
        things, arguments = _of_companies(companies), Arguments(self.ledger)
        query = entries_of(things, span, arguments)
        return Shown(query, arguments, things, Reach(companies, ()))

    async def _of_viewer(self, connection: Any, scope: Scope, past: Past, span: Span) -> Shown:
        """All that the viewer sees: the company that it administers, and the projects that it has rights in."""
        arguments = Arguments(self.ledger)
        if scope.sees_all:
            return Shown(entries_of(None, span, arguments), arguments, None, None)
        rows = await connection.fetch(_PROJECTS, self.ledger, past.projects)
        # The company comes first: an entry of both is its own.
        things = _of_companies(past.companies) + [_of_project(*row, whole=False) for row in rows]
        query = entries_of(things, span, arguments)
        return Shown(query, arguments, things, reach_of(past))

    async def _views(self, connection: Any, scope: Scope, past: Past, shown: Shown) -> list[EntryView]:
        rows = await connection.fetch(shown.query, *shown.arguments.values)
        sight = await sight_of(connection, self.ledger, rows)
        moves: dict[int, list[MovedView]] = {row["sequence"]: [] for row in rows}
        for row in await connection.fetch(_MOVED, self.ledger, list(moves)):
            said = dict(row)
            sequence = said.pop("sequence")
            if _is_shown(shown.moved, sight, row):
                moves[sequence].append(MovedView(**said))
        things = shown.things or [_ANYTHING]
        read = [
            _redaction(scope, past, sight, things[row["place"] - 1], row).of(_named(past, sight, row)) for row in rows
        ]
        told = await with_texts(connection, self.ledger, read)
        notes = await notes_on(connection, self.ledger, list(moves))
        reach = reach_of(past)
        return [
            EntryView(
                **row,
                movements=moves[row["sequence"]],
                notes=[
                    note
                    for note in notes.get(row["sequence"], ())
                    if past.everything or sight.project(note.project, reach)
                ],
            )
            for row in told
        ]


def _is_shown(moved: frozenset[str] | Reach | None, sight: Sight, row: Any) -> bool:
    """Whether a list shows this movement of one of its entries."""
    if isinstance(moved, Reach):
        return sight.account(row["account"], row["sequence"], moved)
    return moved is None or row["account"] in moved


def _named(past: Past, sight: Sight, row: Any) -> dict[str, Any]:
    """The row with the projects and devices of its entry that the viewer sees, or saw when it was written."""
    reach, projects, serials = reach_of(past), row["projects"], row["serials"]
    if not past.everything:
        projects = [one for one in projects if sight.project(one, reach)]
        serials = [one for one in serials if sight.device(one, row["sequence"], reach)]
    return {**row, "projects": projects[:NAMED], "serials": serials[:NAMED]}


def _redaction(scope: Scope, past: Past, sight: Sight, thing: Thing, row: Any) -> Redaction:
    """How the viewer reads an entry that concerns this thing."""
    company = thing.company
    if thing.serial is not None and (place := sight.device(thing.serial, row["sequence"], reach_of(past))):
        company = place["company"]
    return Redaction(past, company, scope.guarantee, thing.about or thing.subject)


def _of_project(project: str, company: str, *, whole: bool) -> Thing:
    """A project, whose entries before it was the company's are for staff alone."""
    accounts = sorted(_balances(project))
    return Thing(subject(PROJECT, project), company, owner=None if whole else company, accounts=accounts)


def _of_companies(companies: Sequence[str]) -> list[Thing]:
    """A company with those that it took over, whose past is its own."""
    return [Thing(subject(COMPANY, one), companies[0], about=subject(COMPANY, companies[0])) for one in companies]


def _balances(project: str) -> frozenset[str]:
    """The two accounts of a project."""
    return frozenset({project_account(project), held_account(project)})
