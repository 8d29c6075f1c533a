"""Returns."""

from typing import ClassVar

from contracts.commands.fields import DocumentBase64, Firmware
from contracts.identifiers import CompanyId, Generation, Sha256
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

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ReturnEvent = LicensesReturned
