"""The queries about what staff does, on PostgreSQL."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from contracts.postings import device_account, project_account
from ledger.adapters.postgres import database_trouble
from ledger.application.queries import LicensesView, Page, Viewer
from ledger.application.queries_staff import (
    BlockView,
    CorrectionState,
    CorrectionView,
    LegacyDeviceView,
    LegacyLicensesView,
    LegacyView,
    SpentCertificateView,
)

T = TypeVar("T")
_KIND = """
SELECT c.kind FROM administrators AS a JOIN companies AS c USING (ledger, company)
 WHERE a.ledger = $1 AND a.account = $2 AND a.company = $3"""
_BLOCKS = """
SELECT subject, reason, reference, sequence, time AS blocked, lifted_reason, lifted_reference, lifted_sequence, lifted
  FROM blocks WHERE ledger = $1 AND sequence > $2 AND (NOT $3 OR lifted_sequence IS NULL)"""
_CORRECTIONS = """
SELECT correction, company, source, target, lots, reason, reference, proposed_by, sequence, time AS proposed, state,
       decided_by, decision_reason, decided_sequence, decided
  FROM corrections WHERE ledger = $1"""
_SPENT = """
SELECT serial, generation, current_generation, certificate_sha256, company, project, sequence, time AS seen
  FROM spent_certificates WHERE ledger = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"""
_LEGACY = """
SELECT l.account, l.license_name, l.count, c.sequence AS consent FROM legacy_licenses AS l
  LEFT JOIN legacy_consents AS c ON c.ledger = l.ledger AND l.account = 'device/' || c.serial
 WHERE l.ledger = $1 AND l.account = ANY(
       SELECT 'device/' || serial FROM devices WHERE ledger = $1 AND project = $2 UNION ALL SELECT 'project/' || $2)
 ORDER BY l.account, l.license_name"""


class PostgresStaffQueries:
    """Implements StaffQueries for one ledger, on a pool whose search_path is the schema."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def blocks(self, viewer: Viewer, after: int, limit: int, *, only_holding: bool) -> Page[BlockView]:
        kind = await self._kind(viewer)
        if kind is None:
            return Page((), more=False)
        own = "" if kind == "vendor" else "AND company = $5"
        arguments = [self._ledger, after, only_holding, limit + 1, *([viewer.company] if own else [])]
        rows = await self._fetch(f"{_BLOCKS} {own} ORDER BY sequence LIMIT $4", *arguments)
        return _page([BlockView(**row) for row in rows], limit)

    async def corrections(
        self, viewer: Viewer, state: CorrectionState | None, after: int, limit: int
    ) -> Page[CorrectionView] | None:
        if await self._kind(viewer) != "vendor":
            return None
        query = f"{_CORRECTIONS} AND sequence > $2 AND ($3::text IS NULL OR state = $3) ORDER BY sequence LIMIT $4"
        rows = await self._fetch(query, self._ledger, after, state, limit + 1)
        return _page([_correction(row) for row in rows], limit)

    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None:
        if await self._kind(viewer) != "vendor":
            return None
        rows = await self._fetch(f"{_CORRECTIONS} AND correction = $2", self._ledger, correction)
        return next((_correction(row) for row in rows), None)

    async def spent_certificates(self, viewer: Viewer, after: int, limit: int) -> Page[SpentCertificateView] | None:
        if await self._kind(viewer) != "vendor":
            return None
        rows = await self._fetch(_SPENT, self._ledger, after, limit + 1)
        return _page([SpentCertificateView(**row) for row in rows], limit)

    async def legacy(self, viewer: Viewer, project: str) -> LegacyView | None:
        kind = await self._kind(viewer)
        query = "SELECT company FROM projects WHERE ledger = $1 AND project = $2"
        (owner,) = [row["company"] for row in await self._fetch(query, self._ledger, project)] or [None]
        if kind is None or owner is None or (kind != "vendor" and owner != viewer.company):
            return None
        return _legacy(project, await self._fetch(_LEGACY, self._ledger, project))

    async def _kind(self, viewer: Viewer) -> str | None:
        """The kind of the company that the viewer acts for; None for an account that does not."""
        rows = await self._fetch(_KIND, self._ledger, viewer.account, viewer.company)
        return next((str(row["kind"]) for row in rows), None)

    async def _fetch(self, query: str, *arguments: object) -> Sequence[Any]:
        async with database_trouble("read"), self._pool.acquire() as connection:
            rows: Sequence[Any] = await connection.fetch(query, *arguments)
            return rows


def _correction(row: Any) -> CorrectionView:
    lots = [LicensesView(**lot) for lot in json.loads(row["lots"])]
    return CorrectionView(**{name: value for name, value in row.items() if name != "lots"}, licenses=lots)


def _legacy(project: str, rows: Iterable[Any]) -> LegacyView:
    free: list[LegacyLicensesView] = []
    devices: dict[str, LegacyDeviceView] = {}
    for row in rows:
        lot = LegacyLicensesView(license_name=row["license_name"], count=row["count"])
        if row["account"] == project_account(project):
            free.append(lot)
            continue
        serial = row["account"].removeprefix(device_account(""))
        device = LegacyDeviceView(serial=serial, licenses=[], consent_sequence=row["consent"])
        devices.setdefault(serial, device).licenses.append(lot)
    return LegacyView(project=project, free=free, devices=list(devices.values()))


def _page(rows: list[T], limit: int) -> Page[T]:
    return Page(tuple(rows[:limit]), more=len(rows) > limit)
