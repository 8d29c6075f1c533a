"""Test licenses."""

from typing import ClassVar

from contracts.identifiers import CompanyId
from contracts.licenses import DeviceLicenses
from contracts.models import WireModel


class TestLicensesIssued(WireModel):
    """A device got its one test, `device.test`; no license was made or moved, and none will come back."""

    type: ClassVar[str] = "licensing.ledger.test-licenses-issued.v1"
    company: CompanyId
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


TestLicenseEvent = TestLicensesIssued
