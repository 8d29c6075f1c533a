"""Bodies and responses of test licenses."""

from datetime import date

from pydantic import Field

from contracts.catalog import Version
from ledger.entrypoints.api.models.base import Body, CommandResponse


class IssueTestLicensesBody(Body):
    version: Version
    slave: bool = False
    count: int | None = Field(default=None, ge=0, le=9_999, description="Licenses of each type; absent for a slave.")


class TestIssuedResponse(CommandResponse):
    serial: str
    ends_on: date | None = Field(description="The last day of the test; null if it could not be read in time.")


class TestReleasedResponse(CommandResponse):
    serial: str
