"""The catalog of license types and device models."""

from typing import Literal

from contracts.catalog import DefinedModels, DefinedTypes
from contracts.models import WireModel
from contracts.texts import Reference


class DefineLicenseTypes(WireModel):
    """Add license types to the catalog, or change the weight and the limits of known ones."""

    name: Literal["define-license-types"] = "define-license-types"
    license_types: DefinedTypes
    reference: Reference


class DefineDeviceModels(WireModel):
    """Add device models, or change known ones; what was delivered before keeps its warranty."""

    name: Literal["define-device-models"] = "define-device-models"
    models: DefinedModels
    reference: Reference


CatalogCommand = DefineLicenseTypes | DefineDeviceModels
