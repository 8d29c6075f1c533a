"""The hint of a code: four symbols that name it in lists, on the log and on paper, and say nothing of it.

It follows from the digest, which is public where the hint is. Symbols of the code itself would help whoever tries codes
against the digest: of 75 random bits four symbols give 20 away.
"""

import hashlib

from contracts.codes.activation_key import ALPHABET

SYMBOLS = 4
_BITS = 5 * SYMBOLS
_DOMAIN = b"licensing/code-hint/v1\n"


def hint_of(digest: str) -> str:
    """The hint of a code with this digest (SHA-256, lower-case hex)."""
    hashed = hashlib.sha256(_DOMAIN + digest.encode()).digest()
    number = int.from_bytes(hashed) >> (8 * len(hashed) - _BITS)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(_BITS - 5, -1, -5))
