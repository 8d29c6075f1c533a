"""A broken device was swapped for another one."""

from typing import ClassVar

from contracts.catalog import ModelName
from contracts.commands.fields import Reason
from contracts.commands.replacements import RmaId
from contracts.dates import Day, Months
from contracts.identifiers import CompanyId
from contracts.licenses import DeviceLicenses, Lots, TestLicenses
from contracts.models import WireModel


class InheritedWarranty(WireModel):
    """The warranty of the broken device, which its replacement goes on with: neither a new one nor the sum of both."""

    model: ModelName
    delivered_on: Day
    months: Months
    ends_on: Day


class DeviceReplaced(WireModel):
    """`device` stands in the place of `former`, which is in no project any more; its last license file is empty.

    `lots` are all licenses that went from one to the other. `test_used` is the test that the former one had: the
    replacement has had its test, too. `warranty` is absent where the former device was never registered as delivered;
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
    warranty: InheritedWarranty | None = None
    other_model: bool = False

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ReplacementEvent = DeviceReplaced
