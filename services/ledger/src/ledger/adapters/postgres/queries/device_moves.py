"""Queries of offers of devices."""

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.adapters.postgres.queries.past_visibility import Past, past_of
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.device_moves import OfferView
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_OFFERS_WALK = """
SELECT serial, company, offered_to, sequence, time AS offered FROM device_offers
 WHERE ledger = $1 AND serial > $2 {} ORDER BY serial LIMIT $3"""
_ALL_OFFERS = _OFFERS_WALK.format("")
# Two walks, since a condition with OR would look at every offer of the ledger.
_OWN_OFFERS = f"""
({_OFFERS_WALK.format("AND offered_to = $4")})
UNION ({_OFFERS_WALK.format("AND company = $4 AND ($5 OR project = ANY($6))")}) ORDER BY serial LIMIT $3"""

# Each by itself, since all of them at once would be looked for in the whole table.
_OFFERS_OF = """
SELECT found.* FROM unnest($2::text[]) AS device (serial) CROSS JOIN LATERAL (
       SELECT serial, company, offered_to, sequence, time AS offered FROM device_offers
        WHERE ledger = $1 AND serial = device.serial LIMIT 1) AS found"""
_MADE_BY = """
SELECT o.*, e.actor FROM ({}) AS o JOIN entries AS e ON e.ledger = $1 AND e.sequence = o.sequence ORDER BY o.serial"""


class PostgresDeviceMoveQueries(SnapshotReader):
    """Implements DeviceMoveQueries."""

    async def offers(self, viewer: Viewer, after: str, limit: int) -> Page[OfferView]:
        async with self.seen(viewer) as (connection, scope):
            handled = [project for project, rights in scope.grants.items() if "licenses" in rights]
            own = (scope.company, scope.administers, handled)
            query, seen = (_ALL_OFFERS, ()) if scope.sees_all else (_OWN_OFFERS, own)
            past = await past_of(connection, self.ledger, scope)
            rows = await connection.fetch(_MADE_BY.format(query), self.ledger, after, limit + 1, *seen)
            return one_page(_views(rows, past), limit)


async def offers_of(connection: Any, ledger: int, past: Past, serials: Sequence[str]) -> list[OfferView]:
    """The open offers of some devices, as a viewer with this past may see them."""
    return list(_views(await connection.fetch(_MADE_BY.format(_OFFERS_OF), ledger, serials), past))


def _views(rows: Sequence[Any], past: Past) -> Iterator[OfferView]:
    return (OfferView(**past.told(row), company=row["company"]) for row in rows)
