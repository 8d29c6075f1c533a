"""Queries of old licenses."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class LegacyLicensesView(View):
    license_name: str = Field(examples=["PBX7#250@100"])
    count: int


class LegacyDeviceView(View):
    serial: str
    licenses: list[LegacyLicensesView]
    consent_sequence: int | None = Field(description="The entry of the consent, or null while it is missing.")


class LegacyView(View):
    """Old licenses of a project: free ones, which can be converted, and those that stand on devices."""

    project: str
    free: list[LegacyLicensesView]
    devices: list[LegacyDeviceView]


class LegacyImportView(View):
    """Old licenses that came into a project."""

    serial: str | None = Field(description="The device that they stood on, or null.")
    key_digest: str | None = Field(description="The digest of the old key that they came with, or null.")
    licenses: list[LegacyLicensesView]
    reference: str
    sequence: int
    imported: datetime


class LegacyConversionView(View):
    """Old licenses of a project that ended, and what came in their place."""

    old: list[LegacyLicensesView]
    new: list[LicensesView]
    sequence: int
    converted: datetime


class LegacyConsentView(View):
    """An account's word that a device never goes below version 8 again."""

    serial: str
    account: str
    sequence: int
    given: datetime


class LegacyQueries(Protocol):
    """Each from one snapshot; None for what is not to be seen. Raises NoRight and Trouble."""

    async def legacy(self, viewer: Viewer, project: str) -> LegacyView | None: ...

    async def legacy_imports(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyImportView] | None: ...

    async def legacy_conversions(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyConversionView] | None: ...

    async def legacy_consents(
        self, viewer: Viewer, project: str, after: int, limit: int
    ) -> Page[LegacyConsentView] | None:
        """Those that were given while the device was in the project."""
        ...
