"""Queries of license files."""

from ledger.adapters.postgres.queries.devices import PostgresDeviceQueries
from ledger.application.queries.views import SignedDocument
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight

_FILE = """
SELECT serial, generation, sequence, sha256, document, issue FROM license_files WHERE ledger = $1 AND serial = $2"""


class PostgresLicenseFileQueries(PostgresDeviceQueries):
    """Implements LicenseFileQueries."""

    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._device_row(connection, scope.as_partner(), serial, "licenses") is None:
                if scope.sees_all:  # staff takes files by a command of its own, with a reason (rule X5)
                    raise NoRight("licenses")
                return None
            row = await connection.fetchrow(_FILE, self.ledger, serial)
            return row and SignedDocument(**row)
