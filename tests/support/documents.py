"""Fixed keys, certificates and documents: the same in every run, so that golden bytes can be compared."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.documents import license_file, return_document, return_receipt
from contracts.documents.device_certificate import (
    Authorities,
    factory_certificate,
    fingerprint,
    generation_certificate,
    make_authority,
)
from contracts.documents.license_file import Proof
from contracts.documents.license_lines import LicenseLine
from contracts.documents.published import PublishedRecord, open_license_file, open_return_receipt
from contracts.documents.return_document import ReturnStatement, StatedLicense
from contracts.documents.xmldsig import key_id, signer
from contracts.events.replacements import DeviceReplaced
from contracts.identifiers import default_project_of
from contracts.licenses import DeviceLicenses
from contracts.log.entries import encode_entry

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SERIAL = "009033010203"
OTHER_SERIAL = "009033010204"
COMPANY = "00000000-0000-4000-8000-000000000002"


def private_key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


DEVICE_CA_KEY, GENERATION_CA_KEY, LICENSE_KEY, DEVICE_KEY, STRANGER_KEY = map(private_key, (11, 12, 13, 14, 15))
DEVICE_CA = make_authority(DEVICE_CA_KEY, "Example Device CA", not_before=NOW)
GENERATION_CA = make_authority(GENERATION_CA_KEY, "Example Generation CA", not_before=NOW)
TRUSTED = Authorities(device=(DEVICE_CA,), generation=(GENERATION_CA,))
LICENSE_KEY_ID = key_id(LICENSE_KEY.public_key())
PUBLIC_KEYS = {LICENSE_KEY_ID: LICENSE_KEY.public_key()}


def factory(serial: str = SERIAL, key: ec.EllipticCurvePrivateKey = DEVICE_KEY) -> x509.Certificate:
    return factory_certificate(DEVICE_CA, DEVICE_CA_KEY, serial=serial, public_key=key.public_key(), not_before=NOW)


def second_generation() -> x509.Certificate:
    return generation_certificate(
        GENERATION_CA,
        GENERATION_CA_KEY,
        serial=SERIAL,
        generation=2,
        public_key=DEVICE_KEY.public_key(),
        not_before=NOW,
    )


@dataclass(frozen=True)
class Box:
    """A device's key and the certificate of its generation."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = DEVICE_KEY
    serial: str = SERIAL
    generation: int = 1

    def statement(self, **changes: object) -> ReturnStatement:
        said: dict[str, object] = {
            "serial": self.serial,
            "generation": self.generation,
            "certificate_sha256": fingerprint(self.certificate),
            "created": "2026-11-24T10:00:00Z",
            "nonce": "0123456789abcdef" * 2,
            "firmware": "11.00",
            "licenses": (StatedLicense(license_type="Port", version="11", count=20),),
        }
        return ReturnStatement.model_validate(said | changes)

    def return_document(self, **changes: object) -> bytes:
        return return_document.build(self.statement(**changes), certificate=self.certificate, sign=signer(self.key))


BOX = Box(factory())

FILE = license_file.LicenseFile(
    serial=SERIAL,
    generation=1,
    issue=2,
    ledger=0,
    sequence=9,
    issued="2026-11-24T10:00:00Z",
    licenses=(
        LicenseLine(license_type="Port11", license_class="pbx", count=20),
        LicenseLine(license_type="BRI", license_class="gateway", count=4),
        LicenseLine(license_type="Voicemail11", license_class="pbx", count=2, expires="2027-02-27"),
    ),
    proof=license_file.Proof(
        entry=b'{"specversion":"1.0","sequence":9}',
        tlog_proof="c2sp.org/tlog-proof@v1\nindex 8\n\nexample/log\n9\nAAAA=\n\n\u2014 example/log AAAA=\n",
    ),
)
RECEIPT = return_receipt.ReturnReceipt(
    serial=SERIAL,
    returned_generation=1,
    document_digest="ab" * 32,
    ledger=0,
    sequence=12,
    issued="2026-11-24T10:00:00Z",
    credited=(LicenseLine(license_type="Port11", license_class="pbx", count=20),),
    remaining=(LicenseLine(license_type="BRI", license_class="gateway", count=4),),
    certificate=return_receipt.der(second_generation()),
)


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def other_writings(raw: bytes) -> tuple[bytes, ...]:
    """The same signed content in other bytes, as mail and editors make them, or anybody by the signature n - s."""
    start = raw.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    end = raw.index(b"</ds:SignatureValue>")
    signature = base64.b64decode(raw[start:end])
    s = P256_ORDER - int.from_bytes(signature[32:], "big")
    other = base64.b64encode(signature[:32] + s.to_bytes(32, "big"))
    return raw + b"\n", b'<?xml version="1.0" encoding="UTF-8"?>\n' + raw, raw[:start] + other + raw[end:]


def signed_file(file: license_file.LicenseFile = FILE) -> bytes:
    return license_file.build(file, key_id=LICENSE_KEY_ID, sign=signer(LICENSE_KEY))


def signed_receipt(receipt: return_receipt.ReturnReceipt = RECEIPT) -> bytes:
    return return_receipt.build(receipt, key_id=LICENSE_KEY_ID, sign=signer(LICENSE_KEY))


def proof_of_a_swap(serial: str, by: str, *, generation: int, issue: int, sequence: int, ledger: int = 0) -> Proof:
    """The proof in a former device's last file: the entry that says who stands in its place."""
    project = default_project_of(COMPANY)
    event = DeviceReplaced(
        company=COMPANY,
        rma="RMA-1",
        reason="Dead after a thunderstorm",
        former=DeviceLicenses(serial=serial, project=project, generation=generation, issue=issue, licenses=()),
        device=DeviceLicenses(serial=by, project=project, generation=1, issue=1, licenses=()),
        lots=(),
    )
    entry = encode_entry(
        event,
        ledger=ledger,
        sequence=sequence,
        prev="0" * 64,
        at=NOW,
        command_id="0" * 64,
        command_hash="0" * 64,
        actor="operator:test",
        correlation_id="test",
    )
    return FILE.proof.model_copy(update={"entry": entry})


def published_file(raw: bytes) -> PublishedRecord:
    """A signed file as it lies on its topic."""
    return open_license_file(raw, trusted=PUBLIC_KEYS).record()


def published_receipt(raw: bytes) -> PublishedRecord:
    """A signed receipt as it lies on its topic."""
    return open_return_receipt(raw, trusted=PUBLIC_KEYS).record()
