"""Queries of license files that staff downloads, each with its reason (rule X5)."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import SignedDocument, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class StaffDownloadView(View):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str = Field(
        description="Who of the staff took it.",
        examples=["account:9a0b6f4e-1c2d-4e3f-8a5b-6c7d8e9f0a1b@3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"],
    )
    sequence: int = Field(description="The entry that was written before the file left.")
    downloaded: datetime


class LicenseFileDownloadQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def file_to_download(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        """The newest file of a device as it stands ready; taking it is a command of its own."""
        ...

    async def downloads(self, viewer: Viewer, start: Start, limit: int) -> Page[StaffDownloadView]: ...
