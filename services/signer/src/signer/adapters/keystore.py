"""Keys sealed in files: PKCS#8, encrypted under a passphrase that comes from a file of its own."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509.oid import NameOID

from contracts.documents.device_certificate import NO_END, make_authority
from contracts.documents.xmldsig import key_id
from contracts.log.checkpoint import LogVerifier, origin_of
from runtime.settings import read_secret
from signer.domain.signing_keys import SigningKeys

MIN_PASSPHRASE_BYTES = 32
"""The strength comes from the passphrase: PKCS#8's own stretching (2048 rounds here) would not save a weak one."""
GENERATION_CA_NAME = "Device generation CA"

_LICENSE, _LOG, _GENERATION_CA = "license.key.pem", "log.key.pem", "generation-ca.key.pem"
_LOG_NAME, _PUBLIC = "log-name", "public"


class KeysRefusedError(Exception):
    """The keys can't be made or opened; the message is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class PublicParts:
    """What verifiers get: license key and log key under its names, and the authority of later generations."""

    license_key_pem: str
    license_certificate_pem: str
    generation_ca_pem: str
    log_key_pem: str
    log_name: str

    @property
    def license_key_id(self) -> str:
        """How documents name the license key."""
        key = load_pem_public_key(self.license_key_pem.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise KeysRefusedError("The license key's public part is not an elliptic curve key.")
        return key_id(key)

    def log_vkey(self, ledger: int) -> str:
        """The C2SP verifier key string of one ledger's log."""
        key = load_pem_public_key(self.log_key_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise KeysRefusedError("The log's public key is not an Ed25519 key.")
        return str(LogVerifier(origin_of(self.log_name, ledger), key))


def create(folder: Path, passphrase: bytes, *, log_name: str, now: datetime) -> None:
    """Make the three keys and their public parts in a new folder, all of it or nothing; never overwrites one."""
    _check_passphrase(passphrase)
    if folder.exists() and any(folder.iterdir()):
        raise KeysRefusedError(f"{folder} is not empty; keys are never overwritten, name a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_all(draft, passphrase, log_name, now)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def load(folder: Path, passphrase: bytes) -> SigningKeys:
    """Open the keys; raises KeysRefusedError, or SettingsWrong for a file that others may read."""
    license_key = _open(folder / _LICENSE, passphrase)
    log = _open(folder / _LOG, passphrase)
    ca = _open(folder / _GENERATION_CA, passphrase)
    if not (isinstance(license_key, ec.EllipticCurvePrivateKey) and isinstance(ca, ec.EllipticCurvePrivateKey)):
        raise KeysRefusedError(f"The license key and the CA key in {folder} must be P-256 keys.")
    if not isinstance(log, Ed25519PrivateKey):
        raise KeysRefusedError(f"The log key in {folder} must be an Ed25519 key.")
    certificate = x509.load_pem_x509_certificate(_read(folder / _PUBLIC / "generation-ca.pem"))
    if certificate.public_key() != ca.public_key():
        raise KeysRefusedError(f"The certificate of the generation CA in {folder} is not of its key.")
    return SigningKeys(license_key, log, ca, certificate, _read(folder / _LOG_NAME).decode().strip())


def public_parts(folder: Path) -> PublicParts:
    """The public parts, as they were written when the keys were made."""
    public = folder / _PUBLIC
    return PublicParts(
        license_key_pem=_read(public / "license-key.pem").decode(),
        license_certificate_pem=_read(public / "license-certificate.pem").decode(),
        generation_ca_pem=_read(public / "generation-ca.pem").decode(),
        log_key_pem=_read(public / "log-key.pem").decode(),
        log_name=_read(folder / _LOG_NAME).decode().strip(),
    )


def write_log_vkey(folder: Path, ledger: int, vkey: str) -> None:
    """Put a ledger's verifier key string beside the other public parts."""
    _write(folder / _PUBLIC / f"log-{ledger}.vkey", vkey.encode() + b"\n", 0o644)


def _write_all(folder: Path, passphrase: bytes, log_name: str, now: datetime) -> None:
    license_key, ca = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    log = Ed25519PrivateKey.generate()
    LogVerifier(origin_of(log_name, 0), log.public_key())  # refuses a name that no note may carry
    public = folder / _PUBLIC
    folder.chmod(0o755)
    public.mkdir(mode=0o755)
    _write(folder / _LICENSE, _sealed(license_key, passphrase), 0o600)
    _write(folder / _LOG, _sealed(log, passphrase), 0o600)
    _write(folder / _GENERATION_CA, _sealed(ca, passphrase), 0o600)
    _write(folder / _LOG_NAME, log_name.encode() + b"\n", 0o644)
    _write(public / "license-key.pem", _spki(license_key.public_key()), 0o644)
    _write(public / "license-certificate.pem", _pem(_license_certificate(license_key, now)), 0o644)
    _write(public / "generation-ca.pem", _pem(make_authority(ca, GENERATION_CA_NAME, not_before=now)), 0o644)
    _write(public / "log-key.pem", _spki(log.public_key()), 0o644)


def _license_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """The license key in the form that `xmlsec1 --pubkey-cert-pem` takes; it certifies nothing."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "License signing key")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(now).not_valid_after(NO_END).sign(key, hashes.SHA256())


def _check_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < MIN_PASSPHRASE_BYTES:
        raise KeysRefusedError(
            f"The passphrase has fewer than {MIN_PASSPHRASE_BYTES} bytes; make one with `openssl rand -hex 32`."
        )


def _sealed(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, passphrase: bytes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))


def _open(path: Path, passphrase: bytes) -> PrivateKeyTypes:
    try:
        sealed = read_secret(path)
    except FileNotFoundError:
        raise KeysRefusedError(f"{path} is missing; make the keys with `signer init`.") from None
    try:
        return load_pem_private_key(sealed, passphrase)
    except (ValueError, TypeError):
        raise KeysRefusedError(f"{path} does not open with this passphrase.") from None


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise KeysRefusedError(f"{path} is missing; make the keys with `signer init`.") from None


def _spki(key: ec.EllipticCurvePublicKey | Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
