"""A broken device was swapped for another one, or came back to stock after that."""

from typing import ClassVar

from contracts.fields import DocumentBase64, Firmware, FirmwareStated, Reason
from contracts.identifiers import CompanyId, Generation, RmaId, Sha256
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


class DeviceRecommissioned(WireModel):
    """A device that was replaced is back in stock, in no project, and begins its next generation without licenses.

    `device` names the project that it was replaced in, which owns its past; `document` is the signed proof that the box
    has its key still, so that anybody can check the signature again.
    """

    type: ClassVar[str] = "licensing.ledger.device-recommissioned.v1"
    company: CompanyId
    reason: Reason
    spent_generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    document: DocumentBase64
    device: DeviceLicenses
    firmware_stated: FirmwareStated | None = None

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ReplacementEvent = DeviceReplaced | DeviceRecommissioned
