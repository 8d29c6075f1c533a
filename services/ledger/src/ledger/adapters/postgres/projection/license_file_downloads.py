"""License files that staff downloads count as delivered."""

from typing import Any

from ledger.adapters.postgres.projection.statements import each
from ledger.application.projection.changes import Changes
from ledger.application.projection.license_file_downloads import DownloadRow

_DELIVERED = """
INSERT INTO deliveries (ledger, serial, generation, issue, file_sha256, path, sequence, time)
VALUES ($1, $2, $3, $4, $5, 'manual', $6, $7) ON CONFLICT DO NOTHING"""


async def deliver_downloads(connection: Any, ledger: int, changes: Changes) -> None:
    """A file that staff took is delivered, unless it was before."""
    await each(connection, _DELIVERED, ledger, [(*row[:4], row.sequence, row.time) for row in changes.of(DownloadRow)])
