"""Queries of returns: receipts, spent certificates and released limits."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import SignedDocument, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class SpentCertificateView(View):
    serial: str
    generation: int = Field(description="The generation that was given back and shown again.")
    current_generation: int = Field(description="The device's generation by then.")
    certificate_sha256: str
    company: str
    project: str
    sequence: int
    seen: datetime


class ReturnLimitReleaseView(View):
    """Staff let a device give back again."""

    serial: str
    reason: str
    reference: str
    sequence: int
    released: datetime


class ReturnQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def return_receipt(self, viewer: Viewer, serial: str, generation: int | None) -> SignedDocument | None:
        """The newest receipt, or that of a generation, of a return in a project where the viewer may return."""
        ...

    async def spent_certificates(self, viewer: Viewer, start: Start, limit: int) -> Page[SpentCertificateView]:
        """For the vendor's staff alone."""
        ...

    async def return_limit_releases(self, viewer: Viewer, start: Start, limit: int) -> Page[ReturnLimitReleaseView]:
        """For the vendor's staff alone."""
        ...
