"""The audit record of a signature: the value of a record of signer.audit, durable before the signature leaves.

Written again, with the same bytes, when a signer runs again after a crash: what it signs is a function of the ledger.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.identifiers import Generation, Issue, LedgerNumber, Sequence, Serial, Sha256
from contracts.models import WireModel

KeyId = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{32}$", description="First 32 hex digits of the SHA-256 of the public key (SPKI, DER)."),
]


class LicenseFileSigned(WireModel):
    """A license file: the entry behind it, and the SHA-256 of the whole file."""

    what: Literal["license-file"] = "license-file"
    key_id: KeyId
    ledger: LedgerNumber
    sequence: Sequence
    serial: Serial
    generation: Generation
    issue: Issue
    sha256: Sha256


class ReturnReceiptSigned(WireModel):
    """A return receipt, for the generation given back, with the certificate of the next one inside."""

    what: Literal["return-receipt"] = "return-receipt"
    key_id: KeyId
    ledger: LedgerNumber
    sequence: Sequence
    serial: Serial
    generation: Generation
    sha256: Sha256
    certificate_key_id: KeyId
    certificate_sha256: Sha256


class CheckpointSigned(WireModel):
    """A checkpoint of the tree of `sequence` entries; those inside license files are covered by the file's record."""

    what: Literal["checkpoint"] = "checkpoint"
    key_id: KeyId
    ledger: LedgerNumber
    sequence: Sequence
    sha256: Sha256


SignatureRecord = Annotated[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned, Field(discriminator="what")]

_RECORD: TypeAdapter[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned] = TypeAdapter(SignatureRecord)


def decode_signature_record(value: bytes) -> LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned:
    """Read a record value; raises pydantic.ValidationError."""
    return _RECORD.validate_json(value)
