"""Everything that gets signed, as a function of a proven change and the keys: the same again makes the same bytes."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.documents import license_file, return_receipt
from contracts.documents.device_certificate import fingerprint, generation_certificate
from contracts.documents.license_file import LicenseFile, Proof
from contracts.documents.license_lines import ending_lines_of, lines_of
from contracts.documents.return_receipt import ReturnReceipt, der
from contracts.documents.signature_record import CheckpointSigned, LicenseFileSigned, ReturnReceiptSigned
from contracts.documents.xmldsig import key_id, signer
from contracts.licenses import DeviceLicenses
from contracts.log.checkpoint import TlogProof
from signer.domain.changes import Change, GivenBack
from signer.domain.signing_keys import SigningKeys

CLOCK_TOLERANCE = timedelta(hours=1)
"""A device uses its new certificate at once, also where a clock is behind the writer's."""


@dataclass(frozen=True, slots=True)
class SignedLicenseFile:
    """A license file and the record of its signature; `replaced_by` makes it the last one of its serial."""

    content: bytes
    record: LicenseFileSigned
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class SignedReturnReceipt:
    """A return receipt, the digest of the return document that it is for, and the record of its signature."""

    content: bytes
    record: ReturnReceiptSigned
    document_digest: str


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint note and the record of its signature."""

    note: str
    record: CheckpointSigned


SignedDocument = SignedLicenseFile | SignedReturnReceipt


class DocumentSigner:
    """Signs for one ledger with open keys. It decides nothing: what comes here has been proven."""

    def __init__(self, ledger: int, keys: SigningKeys) -> None:
        self._ledger = ledger
        self._keys = keys
        self._sign = signer(keys.license)
        self._log = keys.log_of(ledger)
        self._license_key_id = key_id(keys.license.public_key())
        self._log_key_id = _log_key_id(keys.log.public_key())
        self._ca_key_id = key_id(keys.generation_ca.public_key())

    def documents(self, change: Change) -> tuple[SignedDocument, ...]:
        """A license file for each device, and before it the receipt for a document that a device signed."""
        files = tuple(self._license_file(change, device) for device in change.devices)
        if change.given_back is None:
            return files
        return self._return_receipt(change, change.given_back), *files

    def checkpoint(self, size: int, root: bytes) -> SignedCheckpoint:
        """The checkpoint of the tree of that size."""
        note = self._log.sign(size, root)
        record = CheckpointSigned(
            key_id=self._log_key_id, ledger=self._ledger, sequence=size, sha256=_sha256(note.encode())
        )
        return SignedCheckpoint(note, record)

    def _license_file(self, change: Change, device: DeviceLicenses) -> SignedLicenseFile:
        size = change.sequence
        proof = TlogProof(size - 1, change.path, self._log.sign(size, change.root)).text()
        file = LicenseFile(
            serial=device.serial,
            generation=device.generation,
            issue=device.issue,
            ledger=self._ledger,
            sequence=size,
            issued=_second(change.entry.time),
            licenses=(*lines_of(device.licenses), *ending_lines_of(device.test)),
            proof=Proof(entry=change.value, tlog_proof=proof),
        )
        content = license_file.build(file, key_id=self._license_key_id, sign=self._sign)
        record = LicenseFileSigned(
            key_id=self._license_key_id,
            ledger=self._ledger,
            sequence=size,
            serial=device.serial,
            generation=device.generation,
            issue=device.issue,
            sha256=_sha256(content),
        )
        return SignedLicenseFile(content, record, change.replacement_of(device.serial))

    def _return_receipt(self, change: Change, given_back: GivenBack) -> SignedReturnReceipt:
        event = given_back.event
        device = event.device
        certificate = generation_certificate(
            self._keys.generation_ca_certificate,
            self._keys.generation_ca,
            serial=device.serial,
            generation=device.generation,
            public_key=given_back.device_key,
            not_before=change.entry.time - CLOCK_TOLERANCE,
        )
        receipt = ReturnReceipt(
            serial=device.serial,
            returned_generation=event.spent_generation,
            document_digest=event.document_digest,
            ledger=self._ledger,
            sequence=change.sequence,
            issued=_second(change.entry.time),
            credited=lines_of(given_back.credited),
            remaining=lines_of(device.licenses),
            certificate=der(certificate),
        )
        content = return_receipt.build(receipt, key_id=self._license_key_id, sign=self._sign)
        record = ReturnReceiptSigned(
            key_id=self._license_key_id,
            ledger=self._ledger,
            sequence=change.sequence,
            serial=device.serial,
            generation=event.spent_generation,
            sha256=_sha256(content),
            certificate_key_id=self._ca_key_id,
            certificate_sha256=fingerprint(certificate),
        )
        return SignedReturnReceipt(content, record, event.document_digest)


def _second(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _log_key_id(key: Ed25519PublicKey) -> str:
    return _sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))[:32]
