"""Invitation codes: written like activation keys and claim codes, and never one of them.

The secret is the activation keys'; a domain of its own keeps them apart, in what is made and in what is stored.
"""

import hashlib
import hmac

from contracts.codes import activation_key

VALID_DAYS = 14
"""How long an unused code works: who was invited has come back from their holidays by then."""

_DOMAIN = b"licensing/invitation-code/v1\n"
_SECRET_DOMAIN = b"licensing/invitation-code-secret/v1\n"


def make(secret: bytes, command_id: str) -> str:
    """The code that a command creates, in groups of four; the same command always gives the same code."""
    return activation_key.make(hmac.digest(secret, _SECRET_DOMAIN, "sha256"), command_id)


def digest(symbols: str) -> str:
    """What the ledger knows a code by; `symbols` comes from `activation_key.normalise`."""
    return hashlib.sha256(_DOMAIN + symbols.encode()).hexdigest()
