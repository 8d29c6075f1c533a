"""How the end-to-end tests hand a return document in: by the device's own path, and by hand."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.documents import return_document
from contracts.documents.device_certificate import fingerprint
from contracts.documents.return_document import ReturnStatement, StatedLicense
from contracts.documents.xmldsig import signer
from dev.demo.story import Story
from simulator.box import Box
from simulator.pki import read_certificate, read_key

PATIENCE_SECONDS = 60.0
FREE = {"Port11": 30, "Voicemail11": 2}
ALL_BACK = {"Port11": 50, "Voicemail11": 2}


@dataclass(frozen=True)
class Answer:
    """What became of a document that was handed in."""

    status: int
    code: str
    body: bytes


HandIn = Callable[[Story, bytes], Answer]


def direct(story: Story, document: bytes) -> Answer:
    """The device PUTs it itself."""
    answer = story.firmware().ask("PUT", "return", body=document)
    return Answer(answer.status, answer.code if answer.status >= 400 else "", answer.body)


def by_hand(story: Story, document: bytes) -> Answer:
    """The partner uploads it."""
    headers = {"Content-Type": "application/xml"}
    response = story.partner.send("PUT", f"/v1/devices/{story.serial}/return", content=document, headers=headers)
    return Answer(response.status_code, response.json()["code"] if response.is_error else "", response.content)


def forged(box: Box, generation: int = 1, **lines: int) -> bytes:
    """A document that the box signs with its real key, whatever it says."""
    certificate = read_certificate(box.folder / f"certificate-{generation}.pem")
    statement = ReturnStatement(
        serial=box.state.serial,
        generation=generation,
        certificate_sha256=fingerprint(certificate),
        created=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        nonce=secrets.token_hex(16),
        firmware=box.state.firmware,
        licenses=tuple(StatedLicense(license_type=name, count=count) for name, count in lines.items()),
    )
    return return_document.build(statement, certificate=certificate, sign=signer(read_key(box.key_file)))


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.code) == (status, code)


def spent_and_seen(story: Story, serial: str) -> list[int]:
    """The generations of a box that came back after their end, once device-sync has reported one and staff sees it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        rows = story.clerk.everything(story.clerk.list_spent_certificates)
        found = [row["generation"] for row in rows if row["serial"] == serial]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)
