"""Returns."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.fields import DocumentBase64, Firmware
from contracts.identifiers import Generation, Serial, Sha256
from contracts.models import WireModel
from contracts.texts import FirmwareStated, Reason, Reference


class ReturnLicenses(WireModel):
    """Give back all PBX licenses of a device, on the strength of its signed return document.

    Whoever sends this has checked the document: its form, the certificate's chain, the signature, the firmware.
    """

    name: Literal["return-licenses"] = "return-licenses"
    serial: Serial
    generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    stated: Annotated[tuple[tuple[str, int], ...], Field(max_length=200)]
    document: DocumentBase64
    firmware_stated: FirmwareStated | None = None


class ReleaseReturnLimit(WireModel):
    """Let a device give back again, which has reached the limit of returns."""

    name: Literal["release-return-limit"] = "release-return-limit"
    serial: Serial
    reason: Reason
    reference: Reference


class ReportSpentCertificate(WireModel):
    """Say that a device has shown a certificate that it had given up; sent in the device's name by who saw it."""

    name: Literal["report-spent-certificate"] = "report-spent-certificate"
    serial: Serial
    generation: Generation
    certificate_sha256: Sha256


ReturnCommand = ReturnLicenses | ReleaseReturnLimit | ReportSpentCertificate
