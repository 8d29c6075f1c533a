"""Bodies and responses of software service."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from contracts.catalog import Version
from contracts.identifiers import Sha256
from ledger.application.queries.views import LicensesView
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText
from ledger.entrypoints.api.models.licenses import MovedLicensesView


class BuySoftwareServiceBody(Body):
    months: int = Field(ge=0, le=9_999, description="1 to 60.")
    preview_digest: Sha256 = Field(description="`preview_digest` of the price that was looked at.")


class ReleaseHeldBody(Body):
    preview_digest: Sha256 = Field(description="`preview_digest` of the price that was looked at.")


class UpgradeLicensesBody(Body):
    version: Version
    serial: SerialText | None = Field(default=None, description="The device whose licenses; none for the balance.")


class SoftwareServiceResponse(CommandResponse):
    """What could not be read in time is null."""

    project: str
    ends_on: date | None = Field(description="The last day that is covered now.")
    credits: int | None = Field(description="What it took.")
    released: list[MovedLicensesView] | None = Field(description="Licenses that waited, and are free now.")


class LicensesUpgradedResponse(CommandResponse):
    project: str
    licenses: list[MovedLicensesView] | None = Field(description="What came; null if it could not be read in time.")


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
    held: list[LicensesView]


class ServicePrice(BaseModel):
    """What it costs now. Buy with its `preview_digest`: if the price has changed by then, nothing is bought."""

    project: str
    units: int = Field(description="Of software service: licenses that are paid for, each times its weight.")
    charged_months: int = Field(description="Months that each unit pays; after a lapse the gap counts twice.")
    credits: int
    free_credits: int
    ends_on: date | None
    held_units: int = Field(description="Held licenses, each times its weight, that this price does not pay for.")
    held_credits: int = Field(description="What those owe to the same end beside it, before they are free.")
    preview_digest: str
