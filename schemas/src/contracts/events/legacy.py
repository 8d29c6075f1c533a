"""Licenses of the old manager."""

from typing import ClassVar

from contracts.fields import Reference
from contracts.identifiers import AccountId, CompanyId, Generation, ProjectId, Serial, Sha256
from contracts.legacy import LegacyLots
from contracts.licenses import Lots
from contracts.models import WireModel
from contracts.software_service import Coverage


class LegacyLicensesImported(WireModel):
    """Old licenses came into a project, free or on a device. They are not mixed with others until converted."""

    type: ClassVar[str] = "licensing.ledger.legacy-licenses-imported.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial | None = None
    key_digest: Sha256 | None = None
    licenses: LegacyLots
    reference: Reference

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class LegacyConsentGiven(WireModel):
    """An account agreed that this device never goes below version 8 again, and gets a new bootcode.

    From here on a return frees the device's old licenses, too.
    """

    type: ClassVar[str] = "licensing.ledger.legacy-consent-given.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    generation: Generation
    account: AccountId

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class LegacyLicensesConverted(WireModel):
    """All free old licenses of a project ended, and `lots` came into its balance in their place.

    Where the project's software service runs, `coverage` says what they cost to its end, or that they wait as held.
    """

    type: ClassVar[str] = "licensing.ledger.legacy-licenses-converted.v1"
    company: CompanyId
    project: ProjectId
    licenses: LegacyLots
    lots: Lots
    preview_digest: Sha256
    coverage: Coverage | None = None

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


LegacyEvent = LegacyLicensesImported | LegacyConsentGiven | LegacyLicensesConverted
