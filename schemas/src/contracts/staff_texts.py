"""Texts of staff that stay beside the log: a command and its entry hold a salted digest in their place (ADR 20).

A member that held the text in older entries holds the digest now, so both kinds of entry have one schema. The salt lies
beside the text and is erased with it: from then on nobody can try texts against the digest.
"""

import hashlib
import re
from base64 import urlsafe_b64encode

from contracts.models import WireModel

MEMBERS = ("reason", "reference", "customer_reference", "finding", "invoice")
"""The members of commands that take free text of staff."""
SALT_BYTES = 32
"""As many as the digest has: the salt can't be tried out."""
PREFIX = "sha256:"
_NAMESPACE = b"licensing/staff-text/v1\n"
_DIGEST = re.compile(r"sha256:[A-Za-z0-9_-]{43}")


def digest_of(text: str, salt: bytes) -> str:
    """What stands for a text: SHA-256 of a namespace line, the salt, and the text in UTF-8; base64url, unpadded."""
    digest = hashlib.sha256(_NAMESPACE + salt + text.encode()).digest()
    return PREFIX + urlsafe_b64encode(digest).decode().rstrip("=")


def is_digest(said: str) -> bool:
    """Whether a member of an entry holds a digest; older entries hold the text itself."""
    return _DIGEST.fullmatch(said) is not None


def texts_of(command: WireModel) -> dict[str, str]:
    """The texts of staff in a command, by member."""
    said = {member: getattr(command, member, None) for member in MEMBERS}
    return {member: text for member, text in said.items() if isinstance(text, str)}
