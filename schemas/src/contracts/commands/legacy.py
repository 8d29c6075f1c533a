"""Licenses of the old manager: imported as they are, then converted."""

from typing import Literal

from contracts.identifiers import ProjectId, Serial, Sha256
from contracts.legacy import SeveralLegacyLicenses
from contracts.models import WireModel
from contracts.texts import Reference


class ImportLegacyLicenses(WireModel):
    """Bring licenses of the old manager into a project: a key's, or a line of its export list.

    `serial` is the device that they stand on; `key_digest` the digest of the old key that they came with.
    """

    name: Literal["import-legacy-licenses"] = "import-legacy-licenses"
    project: ProjectId
    serial: Serial | None = None
    key_digest: Sha256 | None = None
    licenses: SeveralLegacyLicenses
    reference: Reference


class GiveLegacyConsent(WireModel):
    """Agree that a device with old licenses never goes below version 8 again, and gets a new bootcode."""

    name: Literal["give-legacy-consent"] = "give-legacy-consent"
    serial: Serial


class ConvertLegacyLicenses(WireModel):
    """Convert all old licenses of a project that stand on no device, as the preview with this digest says."""

    name: Literal["convert-legacy-licenses"] = "convert-legacy-licenses"
    project: ProjectId
    preview_digest: Sha256


LegacyCommand = ImportLegacyLicenses | GiveLegacyConsent | ConvertLegacyLicenses
