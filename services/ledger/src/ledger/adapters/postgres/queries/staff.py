"""The queries about what staff does, on PostgreSQL."""

import json
from typing import Any

from ledger.adapters.postgres.queries.queries import AFTER_ALL, one_page, snapshot
from ledger.adapters.postgres.queries.replacements import PostgresReplacementQueries
from ledger.adapters.postgres.queries.visibility import scope_of
from ledger.application.queries.queries import LicensesView, Page, SignedDocument, Viewer
from ledger.application.queries.staff import (
    BlockView,
    CorrectedDeliveryView,
    CorrectionState,
    CorrectionView,
    DeliveredDeviceView,
    ReturnLimitReleaseView,
    SpentCertificateView,
    StaffDownloadView,
)

_BLOCKS = """
SELECT subject, reason, reference, sequence, time AS blocked, lifted_reason, lifted_reference, lifted_sequence, lifted
  FROM blocks WHERE ledger = $1 AND sequence > $2 AND (NOT $3 OR lifted_sequence IS NULL) AND ($4 OR company = $5)
 ORDER BY sequence LIMIT $6"""
_CORRECTIONS = """
SELECT correction, company, source, target, lots, serial, model, delivered_on, reason, reference, proposed_by,
       sequence, time AS proposed, state, decided_by, decision_reason, decided_sequence, decided
  FROM corrections WHERE ledger = $1"""
# A device has one warranty, and a row of its delivery for each entry that said something else of it.
_DELIVERED = """
SELECT w.serial, now.model, now.delivered_on, now.base_months, w.months, w.ends_on,
       first.sequence AS registered_sequence, now.sequence, r.replacement
  FROM warranties AS w
  JOIN LATERAL (
       SELECT sequence FROM delivered_devices AS d WHERE d.ledger = w.ledger AND d.serial = w.serial
        ORDER BY sequence LIMIT 1) AS first ON true
  JOIN LATERAL (
       SELECT model, delivered_on, base_months, sequence FROM delivered_devices AS d
        WHERE d.ledger = w.ledger AND d.serial = w.serial ORDER BY sequence DESC LIMIT 1) AS now ON true
  LEFT JOIN replacements AS r ON r.ledger = w.ledger AND r.serial = w.serial
 WHERE w.ledger = $1 AND w.serial > $2 AND w.serial >= $3 AND w.serial < $4 ORDER BY w.serial LIMIT $5"""
_SPENT = """
SELECT serial, generation, current_generation, certificate_sha256, company, project, sequence, time AS seen
  FROM spent_certificates WHERE ledger = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"""
_DOWNLOADS = """
SELECT serial, generation, issue, file_sha256, company, project, reason, reference, actor, sequence, time AS downloaded
  FROM staff_downloads WHERE ledger = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"""
_FILE = """
SELECT f.serial, f.generation, f.sequence, f.sha256, f.document, f.issue
  FROM license_files AS f JOIN devices AS d USING (serial) WHERE d.ledger = $1 AND f.serial = $2"""
_RELEASES = """
SELECT serial, reason, reference, sequence, time AS released
  FROM return_limit_releases WHERE ledger = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"""


class PostgresStaffQueries(PostgresReplacementQueries):
    """Implements StaffQueries for one ledger, on a pool whose search_path is the schema."""

    async def blocks(self, viewer: Viewer, after: int, limit: int, *, only_holding: bool) -> Page[BlockView]:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            seen = (only_holding, scope.sees_all, scope.company if scope.administers else None)
            rows = await connection.fetch(_BLOCKS, self._ledger, after, *seen, limit + 1)
            return one_page((BlockView(**row) for row in rows), limit)

    async def corrections(
        self, viewer: Viewer, state: CorrectionState | None, after: int, limit: int
    ) -> Page[CorrectionView]:
        query = f"{_CORRECTIONS} AND sequence > $2 AND ($3::text IS NULL OR state = $3) ORDER BY sequence LIMIT $4"
        async with self._staff(viewer) as connection:
            rows = await connection.fetch(query, self._ledger, after, state, limit + 1)
            return one_page((_correction(row) for row in rows), limit)

    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None:
        async with self._staff(viewer) as connection:
            row = await connection.fetchrow(f"{_CORRECTIONS} AND correction = $2", self._ledger, correction)
            return row and _correction(row)

    async def delivered_devices(self, viewer: Viewer, prefix: str, after: str, limit: int) -> Page[DeliveredDeviceView]:
        async with self._staff(viewer) as connection:
            rows = await connection.fetch(_DELIVERED, self._ledger, after, prefix, prefix + AFTER_ALL, limit + 1)
            return one_page((DeliveredDeviceView(**row) for row in rows), limit)

    async def spent_certificates(self, viewer: Viewer, after: int, limit: int) -> Page[SpentCertificateView]:
        async with self._staff(viewer) as connection:
            rows = await connection.fetch(_SPENT, self._ledger, after, limit + 1)
            return one_page((SpentCertificateView(**row) for row in rows), limit)

    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        async with self._staff(viewer) as connection:
            row = await connection.fetchrow(_FILE, self._ledger, serial)
            return row and SignedDocument(**row)

    async def downloads(self, viewer: Viewer, after: int, limit: int) -> Page[StaffDownloadView]:
        async with self._staff(viewer) as connection:
            rows = await connection.fetch(_DOWNLOADS, self._ledger, after, limit + 1)
            return one_page((StaffDownloadView(**row) for row in rows), limit)

    async def return_limit_releases(self, viewer: Viewer, after: int, limit: int) -> Page[ReturnLimitReleaseView]:
        async with self._staff(viewer) as connection:
            rows = await connection.fetch(_RELEASES, self._ledger, after, limit + 1)
            return one_page((ReturnLimitReleaseView(**row) for row in rows), limit)


def _correction(row: Any) -> CorrectionView:
    said = dict(row)
    lots = [LicensesView(**lot) for lot in json.loads(said.pop("lots"))]
    device = {name: said.pop(name) for name in ("serial", "model", "delivered_on")}
    delivery = CorrectedDeliveryView(**device) if device["serial"] else None
    return CorrectionView(**said, licenses=lots, delivery=delivery)
