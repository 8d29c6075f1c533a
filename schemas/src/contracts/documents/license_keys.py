"""The public license keys that a reader of signed documents trusts: several while one takes over from another."""

import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from contracts.documents.xmldsig import key_id

LicenseKeys = Mapping[str, ec.EllipticCurvePublicKey]
"""By key id, which is how a document names the key that signed it."""

_BLOCK = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


def read_license_keys(pem: bytes) -> LicenseKeys:
    """The P-256 keys of one or more PEM blocks; raises ValueError when there is none, or another kind of key."""
    keys = [load_pem_public_key(block) for block in _BLOCK.findall(pem)]
    known = {key_id(key): key for key in keys if isinstance(key, ec.EllipticCurvePublicKey)}
    if not known or len(known) < len(keys) or not all(isinstance(key.curve, ec.SECP256R1) for key in known.values()):
        raise ValueError("it does not hold public P-256 keys in PEM, each once")
    return known
