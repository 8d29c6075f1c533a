"""One table of every endpoint of audio's API, and who may call it: a new one gets its row here.

To `hidden` the conversion is not there, `unknown` has to sign in, and `no_scope` has a token that does not allow it.
"""

from typing import Literal

Answer = Literal["yes", "hidden", "unknown", "no_scope"]
Person = Literal["owner", "reader", "colleague", "stranger", "staff", "nobody"]
"""Who asked for the conversion; another account of that company; one of another; the vendor's staff; no account.

The reader is the owner with a token of the scope `audio:read`.
"""

OWN: dict[Person, Answer] = {
    "owner": "yes",
    "reader": "yes",
    "colleague": "hidden",
    "stranger": "hidden",
    "staff": "hidden",
    "nobody": "unknown",
}

ANYBODY: dict[Person, Answer] = {person: "unknown" if person == "nobody" else "yes" for person in OWN}
"""Each makes his own, and sees his own: lists are empty for who has none."""

_ROWS = {
    "POST /v1/audio/conversions": ANYBODY,
    "POST /v1/audio/announcements": ANYBODY,
    "POST /v1/audio/batches": ANYBODY,
    "GET /v1/audio/conversions": ANYBODY,
    "GET /v1/audio/formats": ANYBODY,
    "GET /v1/audio/voices": ANYBODY,
    "GET /v1/audio/conversions/{job}": OWN,
    "POST /v1/audio/conversions/{job}/repetitions": OWN,
    "GET /v1/audio/conversions/{job}/files": OWN,
    "GET /v1/audio/conversions/{job}/files/{format_code}": OWN,
    "GET /v1/audio/conversions/{job}/files/{format_code}/preview": OWN,
    "GET /v1/audio/conversions/{job}/waveform": OWN,
    "GET /v1/audio/conversions/{job}/waveform.svg": OWN,
    "GET /v1/audio/batches/{batch}": OWN,
    "GET /v1/audio/batches/{batch}/files": OWN,
    "DELETE /v1/audio/conversions/{job}": OWN,
}
"""Deletion comes last: the others need what it takes away."""
ENDPOINTS: dict[str, dict[Person, Answer]] = {
    endpoint: row if endpoint.startswith("GET ") else {**row, "reader": "no_scope"} for endpoint, row in _ROWS.items()
}
