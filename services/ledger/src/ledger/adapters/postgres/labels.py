"""Labels in PostgreSQL, in the schema of texts: they follow from no entry, and no rebuild takes them away."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.actors import Account
from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import Scope, scope_of
from ledger.application.labels import NOTHING, WRITERS, Kept, LabelChanged, LabelFrozen, Labelled, Thing, Words
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.postgres.trouble import transaction

# Where a thing is, whose that is, and whether anything may still happen there.
_PLACES: dict[Labelled, str] = {
    "project": "SELECT project, company, archived FROM projects WHERE ledger = $1 AND project = $2",
    "device": """
SELECT p.project, p.company, p.archived FROM devices AS d JOIN projects AS p USING (ledger, project)
 WHERE d.ledger = $1 AND d.serial = $2""",
    "entry": """
SELECT p.project, p.company, p.archived FROM entries AS e JOIN projects AS p USING (ledger)
 WHERE e.ledger = $1 AND e.sequence = $2 AND p.project = $3 AND p.project = ANY (e.projects)""",
}
# Two who write at the same time do so one after the other, also where there is no row yet.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_ONE = "ledger = $1 AND project = $2 AND kind = $3 AND id = $4"
_READ = f"SELECT own_name, place, reference, note, changed, changed_by FROM texts.labels WHERE {_ONE}"  # noqa: S608
_OF_DEVICES = """
SELECT d.serial, d.company, d.project, l.own_name, l.place, l.reference
  FROM devices AS d
  JOIN texts.labels AS l ON l.ledger = d.ledger AND l.project = d.project AND l.kind = 'device' AND l.id = d.serial
 WHERE d.ledger = $1 AND d.serial = ANY ($2::text[]) ORDER BY d.serial"""
_KEEP = """
INSERT INTO texts.labels (ledger, project, kind, id, company, changed_by, searched, own_name, place, reference, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (ledger, project, kind, id) DO UPDATE
   SET company = excluded.company, changed = now(), changed_by = excluded.changed_by, searched = excluded.searched,
       own_name = excluded.own_name, place = excluded.place, reference = excluded.reference, note = excluded.note"""
_ERASE = f"DELETE FROM texts.labels WHERE {_ONE}"  # noqa: S608
_ERASE_ALL = "DELETE FROM texts.labels WHERE ledger = $1 AND project = $2"
# The projector may be behind this move, but not behind a later one that it shows.
_FOLLOW = """
WITH beside AS (
     SELECT l.project FROM texts.labels AS l JOIN projects AS was USING (ledger, project)
       JOIN projects AS target ON target.ledger = $1 AND target.project = $3
      WHERE l.ledger = $1 AND l.kind = 'device' AND l.id = $2 AND l.project <> $3 AND was.company = target.company
      ORDER BY l.changed DESC LIMIT 1)
UPDATE texts.labels AS l SET project = $3 FROM beside
 WHERE l.ledger = $1 AND l.kind = 'device' AND l.id = $2 AND l.project = beside.project
   AND NOT EXISTS (SELECT FROM texts.labels WHERE ledger = $1 AND project = $3 AND kind = 'device' AND id = $2)
   AND NOT EXISTS (SELECT FROM devices AS d JOIN position AS at USING (ledger)
                    WHERE d.ledger = $1 AND d.serial = $2 AND d.project <> $3 AND at.sequence >= $4)"""


class PostgresLabels:
    """Implements Labels, with the rights that queries have."""

    def __init__(self, pool: Any, reader: SnapshotReader) -> None:
        self._pool = pool
        self._reader = reader
        self._ledger = reader.ledger

    async def read(self, viewer: Viewer, thing: Thing) -> Kept | None:
        async with self._reader.seen(viewer) as (connection, scope):
            place = await self._place(connection, thing)
            if place is None or not scope.require(place["company"], place["project"], "view"):
                return None
            return await self._shown(connection, scope, thing, place)

    async def of_devices(self, viewer: Viewer, serials: Sequence[str]) -> Mapping[str, Words]:
        async with self._reader.seen(viewer) as (connection, scope):
            rows = await connection.fetch(_OF_DEVICES, self._ledger, serials)
            return {
                serial: Words(*words)
                for serial, company, project, *words in rows
                if scope.may(company, project, "view")
            }

    async def write(self, viewer: Viewer, thing: Thing, words: Words, expected: frozenset[str] | None) -> Kept | None:
        async with transaction(self._pool, "keep a label") as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            place = await self._place(connection, thing)
            if place is None or not _may_write(scope, thing, place):
                return None
            if place["archived"] is not None:
                raise LabelFrozen
            key = self._key(thing, place)
            await connection.execute(_LOCK, "/".join(["labels", *map(str, key)]))
            known = await self._kept(connection, thing, place)
            if not known.is_one_of(expected):
                raise LabelChanged
            if words == NOTHING:
                await connection.execute(_ERASE, *key)
            elif words != known.words:
                who = str(Account(account=viewer.account, company=viewer.company))
                await connection.execute(_KEEP, *key, place["company"], who, words.searched, *words)
            return await self._shown(connection, scope, thing, place)

    async def erase(self, viewer: Viewer, thing: Thing) -> Kept | None:
        async with transaction(self._pool, "erase a label") as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            place = await self._place(connection, thing)
            if place is None or not (scope.sees_all or _may_write(scope, thing, place)):
                return None
            await connection.execute(_ERASE, *self._key(thing, place))
            return Kept(place["project"])

    async def erase_all(self, viewer: Viewer, project: str) -> int | None:
        async with transaction(self._pool, "erase labels") as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            place = await self._place(connection, Thing("project", project))
            if place is None or not _may_erase_all(scope, place):
                return None
            done: str = await connection.execute(_ERASE_ALL, self._ledger, project)
            return int(done.removeprefix("DELETE "))

    async def follow(self, serial: str, project: str, sequence: int) -> None:
        async with transaction(self._pool, "move a label") as connection:
            await connection.execute(_FOLLOW, self._ledger, serial, project, sequence)

    async def _place(self, connection: Any, thing: Thing) -> Any:
        named = (int(thing.id), thing.project) if thing.kind == "entry" else (thing.id,)
        return await connection.fetchrow(_PLACES[thing.kind], self._ledger, *named)

    async def _kept(self, connection: Any, thing: Thing, place: Any) -> Kept:
        row = await connection.fetchrow(_READ, *self._key(thing, place))
        if row is None:
            return Kept(place["project"])
        *words, changed, changed_by = row
        return Kept(place["project"], Words(*words), changed, changed_by)

    async def _shown(self, connection: Any, scope: Scope, thing: Thing, place: Any) -> Kept:
        """What is kept, without accounts of other companies."""
        kept = await self._kept(connection, thing, place)
        if kept.changed_by is None:
            return kept
        past = await past_of(connection, self._ledger, scope)
        return Kept(kept.project, kept.words, kept.changed, past.actor(kept.changed_by, place["company"]))

    def _key(self, thing: Thing, place: Any) -> tuple[int, str, str, str]:
        return self._ledger, place["project"], thing.kind, thing.id


def _may_write(scope: Scope, thing: Thing, place: Any) -> bool:
    """Whether the viewer has one of the rights; raises NoRight where a refusal is no secret (rule X7)."""
    company, project = place["company"], place["project"]
    if WRITERS[thing.kind].intersection(scope.rights_in(company, project)):
        return True
    if scope.require(company, project, "view"):
        raise NoRight
    return False


def _may_erase_all(scope: Scope, place: Any) -> bool:
    """Whether the viewer administers the company, or is staff; raises NoRight likewise."""
    if scope.sees_all or (scope.administers and scope.company == place["company"]):
        return True
    if scope.require(place["company"], place["project"], "view"):
        raise NoRight
    return False
