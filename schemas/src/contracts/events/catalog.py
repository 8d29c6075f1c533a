"""The catalog of license types, device models, and the devices that the vendor delivered."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.catalog import MAX_REGISTERED, DefinedModels, DefinedTypes, DeliveredDevice
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


class RegisteredDevice(DeliveredDevice):
    """A delivered device with the months of warranty that its model came with."""

    warranty_months: Annotated[int, Field(ge=1, le=60)]


class DevicesRegistered(WireModel):
    """The vendor delivered devices: their base warranty runs from the day of delivery."""

    type: ClassVar[str] = "licensing.ledger.devices-registered.v1"
    devices: Annotated[tuple[RegisteredDevice, ...], Field(min_length=1, max_length=MAX_REGISTERED)]
    reference: Reference

    @property
    def subject(self) -> str:
        return "catalog/devices"


CatalogEvent = LicenseTypesDefined | DeviceModelsDefined | DevicesRegistered
