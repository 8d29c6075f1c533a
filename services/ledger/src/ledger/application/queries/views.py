"""Parts that views of several families share."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from contracts.licenses import LicenseClass


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class LicensesView(View):
    license_type: str
    license_class: LicenseClass
    count: int


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document of the signer, as bytes."""

    serial: str
    generation: int
    sequence: int
    sha256: str
    document: bytes
    issue: int = 0
