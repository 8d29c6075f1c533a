"""Warranty."""

from typing import Literal

from pydantic import Field

from contracts.identifiers import LicenseType, Serial
from contracts.models import WireModel


class ExtendWarranty(WireModel):
    """Use up one warranty extension of the balance of a device's project, for this device."""

    name: Literal["extend-warranty"] = "extend-warranty"
    serial: Serial
    license_type: LicenseType
    confirm_final: bool = Field(default=False, description="Needed: an extension never comes back.")


WarrantyCommand = ExtendWarranty
