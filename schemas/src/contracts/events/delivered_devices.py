"""The devices that the vendor delivered."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.catalog import MAX_REGISTERED, DeliveredDevice
from contracts.fields import Reference
from contracts.models import WireModel


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


DeliveredDeviceEvent = DevicesRegistered
