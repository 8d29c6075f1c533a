"""Returns."""

from typing import ClassVar

from contracts.fields import DocumentBase64, Firmware, FirmwareStated, Reason, Reference
from contracts.identifiers import CompanyId, Generation, ProjectId, Serial, Sha256
from contracts.licenses import DeviceLicenses, Lots
from contracts.models import WireModel


class LicensesReturned(WireModel):
    """A device invalidated its certificate and gave its PBX licenses back: the generation is spent.

    `lots` were credited to the device's project; `device` is the next generation with what stays on it; `document` is
    the signed proof, so that anybody can check the device's signature again.
    """

    type: ClassVar[str] = "licensing.ledger.licenses-returned.v1"
    company: CompanyId
    spent_generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    counts_differ: bool
    document: DocumentBase64
    lots: Lots
    device: DeviceLicenses
    firmware_stated: FirmwareStated | None = None

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class ReturnLimitReleased(WireModel):
    """Staff let a device give back again: the returns before this entry do not count towards the limit."""

    type: ClassVar[str] = "licensing.ledger.return-limit-released.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class SpentCertificateSeen(WireModel):
    """A device showed a certificate that it had given up, such as one restored from a backup. Told once for each.

    Its generation `generation` was given back; the current one is `current_generation`.
    """

    type: ClassVar[str] = "licensing.ledger.spent-certificate-seen.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    generation: Generation
    current_generation: Generation
    certificate_sha256: Sha256

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


ReturnEvent = LicensesReturned | ReturnLimitReleased | SpentCertificateSeen
