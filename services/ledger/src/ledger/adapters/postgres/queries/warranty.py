"""Queries of warranties."""

from typing import Any

from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.proof import proven
from ledger.adapters.postgres.queries.past_visibility import company_at, past_of, was_seen
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.visibility import predecessors_of
from ledger.application.queries.visibility import Viewer
from ledger.application.queries.warranty import WarrantyView

# A device has a row more for each swap that gave it the warranty of another one. What is from before it came back to
# stock is of its former life.
_BEGAN = """(SELECT coalesce(max(recommissioned_sequence), 0) FROM replacements
       WHERE ledger = $1 AND serial = $2 AND recommissioned_sequence <= $3)"""
_WARRANTY = f"""
SELECT d.serial, d.model, d.delivered_on, d.base_months, w.months, w.ends_on
  FROM delivered_devices AS d JOIN warranty_versions AS w USING (ledger, serial)
 WHERE ledger = $1 AND serial = $2 AND d.sequence <= $3 AND w.sequence <= $3
   AND d.sequence > {_BEGAN} AND w.sequence > {_BEGAN}
 ORDER BY d.sequence DESC, w.sequence DESC LIMIT 1"""  # noqa: S608 - made of our own words

_PROVEN = f"SELECT {proven('$1', '$2', '$3')}"


class PostgresWarrantyQueries(SnapshotReader):
    """Implements WarrantyQueries."""

    async def shows_guarantee(self, viewer: Viewer, serial: str, until: int) -> bool:
        async with self.seen(viewer) as (connection, scope):
            if not scope.guarantee:
                return False
            past = await past_of(connection, self.ledger, scope)
            for at in {until, MAX_SEQUENCE}:
                if await was_seen(connection, self.ledger, scope, past, serial, at):
                    return True
            return scope.sees_all and await self._warranty(connection, serial, MAX_SEQUENCE) is not None

    async def is_proven(self, viewer: Viewer, serial: str, until: int) -> bool:
        async with self.seen(viewer) as (connection, scope):
            if scope.sees_all:
                return True
            past = await past_of(connection, self.ledger, scope)
            seen = [
                company
                for at in {until, MAX_SEQUENCE}
                if await was_seen(connection, self.ledger, scope, past, serial, at)
                and (company := await company_at(connection, self.ledger, serial, at)) is not None
            ]
            companies = [*seen, *await predecessors_of(connection, self.ledger, seen)]
            return bool(await connection.fetchval(_PROVEN, self.ledger, serial, companies))

    async def warranty(self, serial: str, until: int) -> WarrantyView | None:
        async with self.snapshot() as connection:
            return await self._warranty(connection, serial, until)

    async def _warranty(self, connection: Any, serial: str, until: int) -> WarrantyView | None:
        row = await connection.fetchrow(_WARRANTY, self.ledger, serial, until)
        return row and WarrantyView(**row)
