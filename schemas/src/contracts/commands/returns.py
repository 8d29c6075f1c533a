"""Returns."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.commands.fields import DocumentBase64, Firmware
from contracts.identifiers import Generation, Serial, Sha256
from contracts.models import WireModel


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


ReturnCommand = ReturnLicenses
