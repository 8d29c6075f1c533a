"""Queries of license files."""

from typing import Protocol

from ledger.application.queries.views import SignedDocument
from ledger.application.queries.visibility import Viewer


class LicenseFileQueries(Protocol):
    """Raises Trouble."""

    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        """The newest file of a device in a project where the viewer may handle licenses.

        Raises NoRight for the vendor's staff, who download files by a command with a reason (rule X5).
        """
        ...
