"""The devices that the vendor delivered."""

from typing import Literal

from contracts.catalog import DeliveredDevices
from contracts.models import WireModel
from contracts.texts import Reference


class RegisterDevices(WireModel):
    """Say which devices the vendor delivered, as what, and when."""

    name: Literal["register-devices"] = "register-devices"
    devices: DeliveredDevices
    reference: Reference


DeliveredDeviceCommand = RegisterDevices
