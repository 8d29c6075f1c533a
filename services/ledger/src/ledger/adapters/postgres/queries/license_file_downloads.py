"""Queries of license files that staff downloads."""

from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.application.queries.license_file_downloads import StaffDownloadView
from ledger.application.queries.views import SignedDocument
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

_DOWNLOADS = """
SELECT serial, generation, issue, file_sha256, company, project, reason, reference, actor, sequence, time AS downloaded
  FROM staff_downloads WHERE ledger = $1 AND sequence {behind} $2 ORDER BY sequence {direction} LIMIT $3"""
_FILE = """
SELECT f.serial, f.generation, f.sequence, f.sha256, f.document, f.issue
  FROM license_files AS f JOIN devices AS d USING (ledger, serial) WHERE ledger = $1 AND serial = $2"""


class PostgresLicenseFileDownloadQueries(SnapshotReader):
    """Implements LicenseFileDownloadQueries."""

    async def file_to_download(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        async with self.seen_by_staff(viewer) as connection:
            row = await connection.fetchrow(_FILE, self.ledger, serial)
            return row and SignedDocument(**row)

    async def downloads(self, viewer: Viewer, start: Start, limit: int) -> Page[StaffDownloadView]:
        async with self.seen_by_staff(viewer) as connection:
            found = await connection.fetch(walked(_DOWNLOADS, start), self.ledger, start.after, limit + 1)
            rows = await with_texts(connection, self.ledger, found)
            return one_page((StaffDownloadView(**row) for row in rows), limit)
