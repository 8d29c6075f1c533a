"""The signer's three keys, open."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.log.checkpoint import LogSigner, origin_of


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """One key a purpose: documents, the log, and certificates of later device generations.

    `log_name` is the first part of every ledger's origin line.
    """

    license: EllipticCurvePrivateKey = field(repr=False)
    log: Ed25519PrivateKey = field(repr=False)
    generation_ca: EllipticCurvePrivateKey = field(repr=False)
    generation_ca_certificate: x509.Certificate
    log_name: str

    def log_of(self, ledger: int) -> LogSigner:
        """The log key under the origin of one ledger."""
        return LogSigner(origin_of(self.log_name, ledger), self.log)
