"""Codes of an authenticator app (TOTP, RFC 6238): six digits that follow from a secret and the time."""

import hashlib
import hmac

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps that a clock may be off, to either side."""


def code_of(secret: bytes, step: int) -> str:
    """The code of a step: HOTP of its number (RFC 4226, 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, *, seconds: float, after: int) -> int | None:
    """The step whose code this is, if it may still be used: a code counts once, and none before it again."""
    now = int(seconds) // STEP_SECONDS
    near = range(max(now - DRIFT, after + 1), now + DRIFT + 1)
    return next((step for step in near if hmac.compare_digest(code_of(secret, step).encode(), code.encode())), None)
