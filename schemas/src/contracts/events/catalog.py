"""The catalog of license types and device models."""

from typing import ClassVar

from contracts.catalog import DefinedModels, DefinedTypes
from contracts.fields import Reference
from contracts.models import WireModel


class LicenseTypesDefined(WireModel):
    """License types came into the catalog, or known ones got another weight or other limits."""

    type: ClassVar[str] = "licensing.ledger.license-types-defined.v1"
    license_types: DefinedTypes
    reference: Reference

    @property
    def subject(self) -> str:
        return "catalog/license-types"


class DeviceModelsDefined(WireModel):
    """Device models became known, or known ones changed for later deliveries."""

    type: ClassVar[str] = "licensing.ledger.device-models-defined.v1"
    models: DefinedModels
    reference: Reference

    @property
    def subject(self) -> str:
        return "catalog/device-models"


CatalogEvent = LicenseTypesDefined | DeviceModelsDefined
