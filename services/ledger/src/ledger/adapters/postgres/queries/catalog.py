"""Queries of the catalog."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.catalog import DeviceModelView, LicenseTypeView
from runtime.pages import Page, one_page

_LICENSE_TYPES = """
SELECT license_type, license_class, family, version, weight, device_limit, sole_device, months, sequence
  FROM license_types WHERE ledger = $1 AND license_type > $2 ORDER BY license_type LIMIT $3"""
_MODELS = """
SELECT model, family, warranty_months, sequence
  FROM device_models WHERE ledger = $1 AND model > $2 ORDER BY model LIMIT $3"""

_MODEL = "SELECT model, family, warranty_months, sequence FROM device_models WHERE ledger = $1 AND model = $2"


class PostgresCatalogQueries(SnapshotReader):
    """Implements CatalogQueries."""

    async def license_types(self, after: str, limit: int) -> Page[LicenseTypeView]:
        async with self.snapshot() as connection:
            rows = await connection.fetch(_LICENSE_TYPES, self.ledger, after, limit + 1)
            return one_page((LicenseTypeView(**row) for row in rows), limit)

    async def device_models(self, after: str, limit: int) -> Page[DeviceModelView]:
        async with self.snapshot() as connection:
            rows = await connection.fetch(_MODELS, self.ledger, after, limit + 1)
            return one_page((DeviceModelView(**row) for row in rows), limit)

    async def device_model(self, model: str) -> DeviceModelView | None:
        async with self.snapshot() as connection:
            row = await connection.fetchrow(_MODEL, self.ledger, model)
            return row and DeviceModelView(**row)
