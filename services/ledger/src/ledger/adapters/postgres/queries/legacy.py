"""Queries of old licenses."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from contracts.accounts import device_account, project_account
from ledger.adapters.postgres.queries.lots import lots
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.legacy import (
    LegacyConsentView,
    LegacyConversionView,
    LegacyDeviceView,
    LegacyImportView,
    LegacyLicensesView,
    LegacyView,
)
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

T = TypeVar("T")

# A consent is in force until the device leaves the company that gave it, or the one that took that over.
_LEGACY = """
SELECT l.account, l.license_name, l.count, c.sequence AS consent FROM legacy_licenses AS l
  LEFT JOIN LATERAL (
       SELECT given.sequence FROM legacy_consents AS given
        WHERE given.ledger = $1 AND given.serial = split_part(l.account, '/', 2) AND l.account LIKE 'device/%'
          AND NOT EXISTS (
              SELECT FROM device_stays AS s
               WHERE s.ledger = $1 AND s.serial = given.serial AND s.sequence > given.sequence
                 AND s.company IS DISTINCT FROM given.company
                 AND NOT EXISTS (SELECT FROM predecessors AS p WHERE p.ledger = $1 AND p.company = s.company
                                    AND p.predecessor = given.company))
        ORDER BY given.sequence DESC LIMIT 1) AS c ON true
 WHERE l.ledger = $1 AND l.account = ANY(
       SELECT 'device/' || serial FROM devices WHERE ledger = $1 AND project = $2 UNION ALL SELECT 'project/' || $2)
 ORDER BY l.account, l.license_name"""
_OF_PROJECT = " WHERE ledger = $1 AND project = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
_IMPORTS = "SELECT serial, key_digest, licenses, reference, sequence, time AS imported FROM legacy_imports"
_CONVERSIONS = "SELECT licenses, lots, sequence, time AS converted FROM legacy_conversions"
_CONSENTS = "SELECT serial, account, sequence, time AS given FROM legacy_consents"


class PostgresLegacyQueries(SnapshotReader):
    """Implements LegacyQueries."""

    async def legacy(self, viewer: Viewer, project: str) -> LegacyView | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "view"):
                return None
            return _legacy(project, await connection.fetch(_LEGACY, self.ledger, project))

    async def legacy_imports(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyImportView] | None:
        return await self._page(_IMPORTS, _import, viewer, project, after, limit)

    async def legacy_conversions(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyConversionView] | None:
        return await self._page(_CONVERSIONS, _conversion, viewer, project, after, limit)

    async def legacy_consents(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyConsentView] | None:
        return await self._page(_CONSENTS, lambda row: LegacyConsentView(**row), viewer, project, after, limit)

    async def _page(
        self, query: str, view: Callable[[Any], T], viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[T] | None:
        async with self.seen(viewer) as (connection, scope):
            if not await self._may(connection, scope, project, "view"):
                return None
            rows = await connection.fetch(query + _OF_PROJECT, self.ledger, project, after, limit + 1)
            return one_page(map(view, await with_texts(connection, self.ledger, rows)), limit)


def _old_licenses(text: str) -> list[LegacyLicensesView]:
    return [LegacyLicensesView(**lot) for lot in json.loads(text)]


def with_old_licenses(row: Any) -> dict[str, Any]:
    """A row with its column of old licenses as a view has them."""
    return {**row, "licenses": _old_licenses(row["licenses"])}


def _import(row: Any) -> LegacyImportView:
    return LegacyImportView(**with_old_licenses(row))


def _conversion(row: Any) -> LegacyConversionView:
    return LegacyConversionView(
        old=_old_licenses(row["licenses"]), new=lots(row["lots"]), sequence=row["sequence"], converted=row["converted"]
    )


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
