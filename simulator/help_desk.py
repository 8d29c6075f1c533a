"""The vendor's help desk as a program: it tells of its cases by records on Kafka and by signed webhooks."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx

from contracts.support.cases import CaseFacts, SupportCaseChanged, encode, key_of

SECONDS = 10.0


class HelpDesk:
    """Signs as Standard Webhooks says, by code of its own, with each key of a file."""

    def __init__(self, address: str, key_file: Path) -> None:
        self._address = address.rstrip("/") + "/webhooks/support-cases"
        self._keys = [base64.b64decode(line.removeprefix("whsec_")) for line in key_file.read_text().split()]

    def tell(self, notice: dict[str, Any], *, at: float | None = None) -> httpx.Response:
        """Send a case with its texts; sent again, it is another webhook about the same revision."""
        body = json.dumps(notice, ensure_ascii=False).encode()
        return httpx.post(self._address, content=body, headers=self.headers(notice, body, at=at), timeout=SECONDS)

    def headers(self, notice: dict[str, Any], body: bytes, *, at: float | None = None) -> dict[str, str]:
        """What proves a body: its id, its time, and a signature by each key over both and the bytes."""
        name = f"{notice['number']}:{notice['revision']}"
        seconds = str(int(time.time() if at is None else at))
        signed = f"{name}.{seconds}.".encode() + body
        signatures = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in self._keys]
        return {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": seconds,
            "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
        }


def record(notice: dict[str, Any], ledger: int = 0) -> tuple[bytes, bytes]:
    """Key and value of the record about a case: what may travel by Kafka, without a word that somebody wrote."""
    facts = {name: notice[name] for name in CaseFacts.model_fields if name in notice}
    case = SupportCaseChanged.from_json_bytes(json.dumps(facts | {"ledger": ledger}).encode())
    return key_of(case), encode(case, at=case.changed)
