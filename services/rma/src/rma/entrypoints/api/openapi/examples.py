"""Examples of members whose type has none: one small story of a broken device."""

from collections.abc import Mapping

COMPANY, ACCOUNT = "3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42", "9a0b6f4e-1c2d-4e3f-8a5b-6c7d8e9f0a1b"
DIGEST = "b1946ac92492d2347c6235b8d2f3a1c0e5d4b3a29180f7e6d5c4b3a291807f6e"

EXAMPLES: Mapping[str, object] = {
    "account": ACCOUNT,
    "carrier": "DHL",
    "city": "Sindelfingen",
    "command_id": DIGEST,
    "company": COMPANY,
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "country": "DE",
    "currency": "EUR",
    "decision": "d4c3b2a1-0f9e-4d8c-9b7a-6f5e4d3c2b1a",
    "defect": "It restarts every few minutes since the thunderstorm.",
    "digest": DIGEST,
    "email": "anna@hotel-adria.example",
    "entry_hash": DIGEST,
    "erased_by": f"account:{ACCOUNT}@{COMPANY}",
    "file_name": "box.jpg",
    "finding": "The power supply is broken.",
    "invoice": "INV-2026-118",
    "law": "case_open_once",
    "lines": "Umberto-Nobile-Str. 15",
    "media_type": "image/jpeg",
    "name": "Anna Adler",
    "next": "MTE3NA",
    "phone": "+49 7031 73009-0",
    "postal_code": "71063",
    "project": "7c0d5b7e-0f4a-4d43-8c69-2f0f4b1c9d10",
    "proposed_by": ACCOUNT,
    "reason": "The customer has found the fault.",
    "reference": "CASE-2026-117",
    "replacement": "009033040506",
    "rma": "RMA-2026-000117",
    "salt": DIGEST,
    "sequence": 1174,
    "sentence": "entry 1174 breaks case_open_once",
    "serial": "009033010203",
    "sha256": DIGEST,
    "swap_refusal": "replacement_not_blank",
    "text": "Does the light at the front blink red?",
    "tracking_number": "00340434161094042557",
}
