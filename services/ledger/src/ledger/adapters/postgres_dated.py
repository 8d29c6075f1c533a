"""The queries about the catalog and about everything that has an end, on PostgreSQL."""

from ledger.adapters.postgres_queries import PostgresQueries
from ledger.application.queries_dated import DeviceModelView, LicenseTypeView

_LICENSE_TYPES = """
SELECT license_type, license_class, family, version, weight, device_limit, sole_device, months, sequence
  FROM license_types WHERE ledger = $1 ORDER BY license_type"""
_MODELS = "SELECT model, family, warranty_months, sequence FROM device_models WHERE ledger = $1 ORDER BY model"


class PostgresDatedQueries(PostgresQueries):
    """Implements DatedQueries for one ledger; it sees what its base lets a viewer see."""

    async def license_types(self) -> list[LicenseTypeView]:
        async with self._snapshot() as connection:
            return [LicenseTypeView(**row) for row in await connection.fetch(_LICENSE_TYPES, self._ledger)]

    async def device_models(self) -> list[DeviceModelView]:
        async with self._snapshot() as connection:
            return [DeviceModelView(**row) for row in await connection.fetch(_MODELS, self._ledger)]
