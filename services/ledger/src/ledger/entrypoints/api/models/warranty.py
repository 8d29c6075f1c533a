"""Bodies and responses of warranty."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from contracts.identifiers import LicenseType
from ledger.entrypoints.api.models.base import Body, CommandResponse


class ExtendWarrantyBody(Body):
    license_type: LicenseType = Field(examples=["WE-12"])
    confirm_final: bool = Field(default=False, description="Needed: an extension never comes back.")


class WarrantyExtendedResponse(CommandResponse):
    serial: str
    ends_on: date | None = Field(
        default=None,
        description="Last day of the warranty now; absent for end customers, and if it could not be read in time.",
    )


class GuaranteeStatus(BaseModel):
    """For resellers and the vendor's staff only. Without a day of delivery the state is unknown and no date is said."""

    serial: str
    state: Literal["unknown", "running", "expired"]
    model: str | None = None
    delivered_on: date | None = None
    base_ends_on: date | None = Field(default=None, description="Last day without extensions.")
    extension_months: int | None = None
    ends_on: date | None = Field(default=None, description="Last day of the warranty.")
    days_left: int | None = Field(default=None, description="Days from today to its end, this day included.")
