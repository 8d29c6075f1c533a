"""A broken device was swapped for another one."""

from typing import ClassVar

from contracts.fields import Reason
from contracts.identifiers import CompanyId, RmaId
from contracts.licenses import DeviceLicenses, Lots, TestLicenses
from contracts.models import WireModel


class DeviceReplaced(WireModel):
    """`device` stands in the place of `former`, which is in no project any more; its last license file is empty.

    `lots` are all licenses that went from one to the other. `test_used` is the test that the former one had: the
    replacement has had its test, too. The warranty goes on with the replacement, to the same day; it is not said here,
    since a license file carries its entry, and what the guarantee status is neither firmware nor end customers learn.
    `former` is stated in its next generation, so that whatever it was given before is void.
    """

    type: ClassVar[str] = "licensing.ledger.device-replaced.v1"
    company: CompanyId
    rma: RmaId
    reason: Reason
    former: DeviceLicenses
    device: DeviceLicenses
    lots: Lots
    test_used: TestLicenses | None = None
    other_model: bool = False

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ReplacementEvent = DeviceReplaced
