"""What requests about the catalog and about dates say, and what they are answered."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from contracts.catalog import MAX_DEFINED, MAX_REGISTERED, DeviceModel, LicenseTypeFacts, ModelName, Version
from contracts.identifiers import LicenseType, Sha256
from contracts.texts import Reference
from ledger.application.queries.software_service import HeldView
from ledger.entrypoints.api.models.bodies import Body, Done, SerialText

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(said: object) -> date:
    if not isinstance(said, str) or not _ISO.fullmatch(said):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(said)


DayText = Annotated[date, BeforeValidator(_day), Field(examples=["2026-05-20"])]


class DefineLicenseTypesBody(Body):
    license_types: Annotated[list[LicenseTypeFacts], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference


class DefineDeviceModelsBody(Body):
    models: Annotated[list[DeviceModel], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference


class DeliveredDeviceBody(Body):
    serial: SerialText
    model: ModelName
    delivered_on: DayText
    certificate_sha256: Sha256 | None = None


class RegisterDevicesBody(Body):
    devices: Annotated[list[DeliveredDeviceBody], Field(min_length=1, max_length=MAX_REGISTERED)]
    reference: Reference


class ExtendWarrantyBody(Body):
    license_type: LicenseType = Field(examples=["WE-12"])
    confirm_final: bool = Field(default=False, description="Needed: an extension never comes back.")


class WarrantyExtended(Done):
    serial: str


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


class IssueTestLicensesBody(Body):
    version: Version
    slave: bool = False
    count: int | None = Field(default=None, ge=0, le=9_999, description="Licenses of each type; absent for a slave.")


class TestIssued(Done):
    serial: str


class BuySoftwareServiceBody(Body):
    months: int = Field(ge=0, le=9_999, description="1 to 60.")
    preview: Sha256 = Field(description="`preview` of the price that was looked at.")


class ReleaseHeldBody(Body):
    preview: Sha256 = Field(description="`preview` of the price that was looked at.")


class UpgradeLicensesBody(Body):
    version: Version
    serial: SerialText | None = Field(default=None, description="The device whose licenses; none for the balance.")


class OfProject(Done):
    project: str


class ServiceStatus(BaseModel):
    """A project's software service. One end covers all its licenses; held ones wait until they are paid."""

    project: str
    state: Literal["none", "running", "lapsed"]
    anchor: date | None = Field(description="The day from which its months count.")
    months: int | None
    ends_on: date | None = Field(description="The last day that is covered.")
    remind_on: list[date] = Field(description="90, 30 and 7 days before the end.")
    units: int = Field(description="PBX licenses, free and on devices, each times its weight.")
    free_credits: int
    held: list[HeldView]


class ServicePrice(BaseModel):
    """What it costs now. Buy with its `preview`: if the price has changed by then, nothing is bought."""

    project: str
    units: int
    charged_months: int = Field(description="Months that each unit pays; after a lapse the gap counts twice.")
    credits: int
    free_credits: int
    ends_on: date | None
    preview: str
