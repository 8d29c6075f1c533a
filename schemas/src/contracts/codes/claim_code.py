"""Claim codes: written like activation keys, XXXX-XXXX-XXXX-XXXX with a check symbol, yet none is ever a key.

The secret is the activation keys'; a domain of its own keeps the two apart, in what is made and in what is stored.
"""

import hashlib
import hmac

from contracts.codes import activation_key

VALID_DAYS = 30
"""How long an unused code works: a device that was ordered with it has arrived by then."""

_DOMAIN = b"licensing/claim-code/v1\n"
_SECRET_DOMAIN = b"licensing/claim-code-secret/v1\n"


def make(secret: bytes, command_id: str) -> str:
    """The code that a command creates, in groups of four; the same command always gives the same code."""
    return activation_key.make(hmac.digest(secret, _SECRET_DOMAIN, "sha256"), command_id)


def digest(symbols: str) -> str:
    """What the ledger knows a code by; `symbols` comes from `activation_key.normalise`."""
    return hashlib.sha256(_DOMAIN + symbols.encode()).hexdigest()
