"""Queries of license files that staff downloads, each with its reason (rule X5)."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import SignedDocument, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class StaffDownloadView(View):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str = Field(description="Who of the staff took it.", examples=["account:…@…"])
    sequence: int = Field(description="The entry that was written before the file left.")
    downloaded: datetime


class LicenseFileDownloadQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def file_to_download(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        """The newest file of a device as it stands ready; taking it is a command of its own."""
        ...

    async def downloads(self, viewer: Viewer, after: int, limit: int) -> Page[StaffDownloadView]: ...
