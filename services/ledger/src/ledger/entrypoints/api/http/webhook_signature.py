"""Signatures of webhooks by Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body.

Pure: the time is an argument. Whoever sends signs with each of its keys; one that is ours is enough, so keys rotate
without a gap.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from ledger.application.support_cases import Delivery
from runtime.settings import SettingsWrong, read_secret
from runtime.watched_file import WatchedFile
from runtime.web.problems import Refused

TOLERANCE = timedelta(minutes=5)
"""How far the time of a webhook may be from ours, either way: what the specification's own libraries take."""
KEY_BYTES = range(24, 65)
"""How long a key may be, as the specification says."""
MAX_KEYS = 4
"""Two while they are rotated; more would let a forger try more."""
MAX_SIGNATURES = 8
"""Of one webhook, one for each key of the sender."""
PREFIX, VERSION = "whsec_", "v1,"

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,11}")


def verified(keys: Sequence[bytes], head: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
    """The delivery that a signature proves; raises Refused. The body is not read before its signature is right."""
    name, seconds = head.get("webhook-id", ""), head.get("webhook-timestamp", "")
    given = head.get("webhook-signature", "").split(" ")[:MAX_SIGNATURES]
    if not (_ID.fullmatch(name) and _SECONDS.fullmatch(seconds)):
        raise Refused("webhook_signature_invalid")
    expected = [signature(key, name, seconds, body) for key in keys]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given]
    if not any(matches):
        raise Refused("webhook_signature_invalid")
    sent = datetime.fromtimestamp(int(seconds), UTC)
    if abs(now - sent) > TOLERANCE:
        raise Refused("webhook_out_of_time")
    return Delivery(name, sent, sent + TOLERANCE)


def signature(key: bytes, name: str, seconds: str, body: bytes) -> str:
    """What one key says of a webhook."""
    signed = f"{name}.{seconds}.".encode() + body
    return VERSION + base64.b64encode(hmac.digest(key, signed, sha256)).decode()


class WebhookKeys:
    """The keys of a file, one a line as `whsec_` and base64; read again when the file changes."""

    def __init__(self, key_file: Path) -> None:
        self._file = WatchedFile(key_file, read_keys, name="webhook_keys", shown=lambda keys: {"keys": len(keys)})

    def __call__(self) -> Sequence[bytes]:
        return self._file.content()


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file; raises SettingsWrong or OSError."""
    lines = read_secret(path).decode("ascii", "replace").split()
    try:
        keys = tuple(base64.b64decode(line.removeprefix(PREFIX), validate=True) for line in lines)
    except binascii.Error:
        raise SettingsWrong(f"{path} has a line that is no key: {PREFIX} and base64") from None
    if not 1 <= len(keys) <= MAX_KEYS or any(len(key) not in KEY_BYTES for key in keys):
        raise SettingsWrong(f"{path} has to have one to {MAX_KEYS} keys of {KEY_BYTES[0]} to {KEY_BYTES[-1]} bytes")
    return keys
