"""Queries of returns: receipts, spent certificates and released limits."""

from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.queries.past_visibility import past_of, was_seen
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.returns import ReturnLimitReleaseView, SpentCertificateView
from ledger.application.queries.views import SignedDocument
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_RECEIPTS = """
SELECT serial, generation, sequence, sha256, document FROM return_receipts
 WHERE ledger = $1 AND serial = $2 AND ($3::int IS NULL OR generation = $3) ORDER BY generation DESC"""
_BACK_IN_STOCK = "SELECT FROM replacements WHERE ledger = $1 AND recommissioned_sequence = $2"
_SPENT = """
SELECT serial, generation, current_generation, certificate_sha256, company, project, sequence, time AS seen
  FROM spent_certificates WHERE ledger = $1 AND sequence {behind} $2 ORDER BY sequence {direction} LIMIT $3"""
_RELEASES = """
SELECT serial, reason, reference, sequence, time AS released
  FROM return_limit_releases WHERE ledger = $1 AND sequence {behind} $2 ORDER BY sequence {direction} LIMIT $3"""


class PostgresReturnQueries(SnapshotReader):
    """Implements ReturnQueries."""

    async def return_receipt(self, viewer: Viewer, serial: str, generation: int | None) -> SignedDocument | None:
        async with self.seen(viewer) as (connection, scope):
            past = await past_of(connection, self.ledger, scope)
            for row in await connection.fetch(_RECEIPTS, self.ledger, serial, generation):
                sequence = row["sequence"]
                if await was_seen(connection, self.ledger, scope, past, serial, sequence, "return"):
                    return SignedDocument(**row)
                if scope.sees_all and await connection.fetchrow(_BACK_IN_STOCK, self.ledger, sequence) is not None:
                    return SignedDocument(**row)
            await was_seen(connection, self.ledger, scope, past, serial, MAX_SEQUENCE, "return")
            return None

    async def spent_certificates(self, viewer: Viewer, start: Start, limit: int) -> Page[SpentCertificateView]:
        async with self.seen_by_staff(viewer) as connection:
            rows = await connection.fetch(walked(_SPENT, start), self.ledger, start.after, limit + 1)
            return one_page((SpentCertificateView(**row) for row in rows), limit)

    async def return_limit_releases(self, viewer: Viewer, start: Start, limit: int) -> Page[ReturnLimitReleaseView]:
        async with self.seen_by_staff(viewer) as connection:
            found = await connection.fetch(walked(_RELEASES, start), self.ledger, start.after, limit + 1)
            rows = await with_texts(connection, self.ledger, found)
            return one_page((ReturnLimitReleaseView(**row) for row in rows), limit)
