"""A simulated box: its key, certificates, license file and flag in a folder, as firmware would keep them in flash."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from contracts.documents import license_file, return_document, return_receipt
from contracts.documents.device_certificate import factory_certificate, fingerprint
from contracts.documents.license_file import LicenseFile
from contracts.documents.return_document import ReturnStatement, StatedLicense
from contracts.documents.return_receipt import ReturnReceipt
from contracts.documents.xml import parse
from contracts.documents.xmldsig import key_id, signer, verify_enveloped
from simulator.pki import Pki, read_certificate, read_key, write_certificate, write_key

FIRMWARE = "13.00"


class BoxError(Exception):
    """The box or its tool cannot go on; the message says what to do, in one sentence for a person."""


@dataclass(frozen=True, slots=True)
class BoxState:
    """What the box remembers. `issue` is that of the newest license file it ever took, for life.

    `invalidated` says that the certificate of `generation` has been given up: it never comes back.
    """

    serial: str
    generation: int = 1
    invalidated: bool = False
    issue: int = 0
    firmware: str = FIRMWARE


class Box:
    """A box in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not self._state_file.exists():
            raise BoxError(f"There is no box in {folder}; make one with `python -m simulator.device factory`.")

    @classmethod
    def make(cls, folder: Path, serial: str, *, pki: Pki, license_keys: list[Path], firmware: str = FIRMWARE) -> Self:
        """What the factory does: a key that never leaves the box, its certificate, and whom the box trusts."""
        if (folder / "box.json").exists():
            raise BoxError(f"There is a box in {folder} already.")
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        authority = read_certificate(pki.device_ca)
        certificate = factory_certificate(
            authority,
            read_key(pki.device_ca_key),
            serial=serial,
            public_key=key.public_key(),
            not_before=authority.not_valid_before_utc,
        )
        write_key(folder / "device.key.pem", key)
        write_certificate(folder / "certificate-1.pem", certificate)
        (folder / "server-ca.pem").write_bytes(pki.server_ca.read_bytes())
        pems = [path.read_bytes() for path in license_keys]
        (folder / "license-keys.json").write_text(json.dumps(sorted(pem.decode() for pem in pems)))
        _save(folder / "box.json", BoxState(serial, firmware=firmware))
        return cls(folder)

    @property
    def state(self) -> BoxState:
        return BoxState(**json.loads(self._state_file.read_text()))

    @property
    def key_file(self) -> Path:
        return self.folder / "device.key.pem"

    @property
    def certificate_file(self) -> Path:
        """The newest certificate; invalid once it was given up, but still what the box shows."""
        return self.folder / f"certificate-{self.state.generation}.pem"

    @property
    def server_ca_file(self) -> Path:
        return self.folder / "server-ca.pem"

    @property
    def license_file_path(self) -> Path:
        return self.folder / "license-file.xml"

    @property
    def return_document_path(self) -> Path:
        return self.folder / f"return-{self.state.generation}.xml"

    def license_keys(self) -> dict[str, ec.EllipticCurvePublicKey]:
        keys: dict[str, ec.EllipticCurvePublicKey] = {}
        for pem in json.loads((self.folder / "license-keys.json").read_text()):
            key = load_pem_public_key(pem.encode())
            if not isinstance(key, ec.EllipticCurvePublicKey):
                raise BoxError("A license key of the box is not an elliptic curve key.")
            keys[key_id(key)] = key
        return keys

    def license_file(self) -> LicenseFile | None:
        """The license file in force, verified again, or None."""
        if not self.license_file_path.exists():
            return None
        return license_file.verify(self.license_file_path.read_bytes(), public_keys=self.license_keys())

    def take_license_file(self, raw: bytes) -> LicenseFile:
        """Put a license file into force, whichever way it came; offline.

        Raises DocumentRefused or LicenseFileNotForUs, and BoxError while the certificate is given up.
        """
        state = self.state
        if state.invalidated:
            raise BoxError("The certificate is given up; the box takes no license file before its return receipt.")
        file = license_file.verify(raw, public_keys=self.license_keys())
        license_file.require_for(file, serial=state.serial, generation=state.generation)
        license_file.require_not_older(file, than_issue=state.issue)
        _write(self.license_file_path, raw)
        _save(self._state_file, replace(state, issue=file.issue))
        return file

    def invalidate(self) -> bytes:
        """Give the certificate up for good and make the return document; again gives the same document."""
        if self.state.invalidated:
            return self.return_document_path.read_bytes()
        raw = return_document.build(
            self._statement(), certificate=read_certificate(self.certificate_file), sign=signer(read_key(self.key_file))
        )
        _write(self.return_document_path, raw)
        _save(self._state_file, replace(self.state, invalidated=True))
        self.license_file_path.unlink(missing_ok=True)
        return raw

    def take_receipt(self, raw: bytes) -> ReturnReceipt:
        """Begin the next generation with the certificate of the receipt, which must be for our own return; offline."""
        state = self.state
        if not state.invalidated:
            raise BoxError("The certificate is not given up; there is nothing to take a receipt for.")
        receipt = return_receipt.verify(raw, public_keys=self.license_keys())
        return_receipt.require_for(receipt, serial=state.serial, generation=state.generation)
        if receipt.document_digest != self._digest():
            raise BoxError("The receipt is for another return document than the one this box made.")
        certificate = receipt.next_certificate()
        if _spki(certificate) != _spki(read_certificate(self.certificate_file)):
            raise BoxError("The certificate in the receipt is not for this box's key.")
        _write(self.folder / f"receipt-{state.generation}.xml", raw)
        write_certificate(self.folder / f"certificate-{state.generation + 1}.pem", certificate)
        _save(self._state_file, replace(state, generation=state.generation + 1, invalidated=False))
        return receipt

    @property
    def _state_file(self) -> Path:
        return self.folder / "box.json"

    def _statement(self) -> ReturnStatement:
        state, file = self.state, self.license_file()
        return ReturnStatement(
            serial=state.serial,
            generation=state.generation,
            certificate_sha256=fingerprint(read_certificate(self.certificate_file)),
            created=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            nonce=secrets.token_hex(16),
            firmware=state.firmware,
            licenses=tuple(
                StatedLicense(license_type=line.license_type, count=line.count)
                for line in (file.licenses if file else ())
                if line.license_class != "test"
            ),
        )

    def _digest(self) -> str:
        raw = self.return_document_path.read_bytes()
        root = parse(raw, max_bytes=len(raw))
        return return_document.content_digest(verify_enveloped(root, read_key(self.key_file).public_key()))


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _save(path: Path, state: BoxState) -> None:
    _write(path, json.dumps(asdict(state), indent=1).encode() + b"\n")


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, as flash that loses power."""
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(content)
    draft.replace(path)
