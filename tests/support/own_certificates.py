"""Certificates that sign themselves, as files of a process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def write_pair(certificate: Path, key: Path, *, days: float = 90, begins: datetime = NOW) -> x509.Certificate:
    """A new certificate that lasts so many days, and its key."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "devices.example.com")])
    signed = (
        x509.CertificateBuilder(name, name, made.public_key(), x509.random_serial_number())
        .not_valid_before(begins - timedelta(days=30))
        .not_valid_after(begins + timedelta(days=days))
        .sign(made, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    return signed
