"""Queries of test licenses."""

from datetime import date
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer


class TestedView(View):
    license_type: str
    count: int


class TestView(View):
    """The one test of a device."""

    serial: str
    version: int
    slave: bool
    count: int | None
    issued_on: date
    ends_on: date = Field(description="The last day of the test.")
    returned: bool = Field(description="Whether it ended early, with the certificate that it was for.")
    licenses: list[TestedView]
    sequence: int
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class TestLicensesQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def test(self, viewer: Viewer, serial: str, as_of: int | None) -> TestView | None:
        """The device's test, now or as it stood at an entry; None also where the viewer did not see the device then."""
        ...
