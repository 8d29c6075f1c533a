"""Test licenses."""

from typing import ClassVar

from contracts.fields import Reason, Reference
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


class TestReleased(WireModel):
    """Staff let a device have a test again: the test before this entry does not count, and ends if it runs.

    `device` is the next issue with unchanged licenses and without the test.
    """

    type: ClassVar[str] = "licensing.ledger.test-released.v1"
    company: CompanyId
    reason: Reason
    reference: Reference
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


TestLicenseEvent = TestLicensesIssued | TestReleased
