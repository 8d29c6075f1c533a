"""A partner who wants an announcement spoken, whatever is away."""

import asyncio
import time

import httpx

from dev.stack.parts import Kit
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import Issuer

PATIENCE_SECONDS = 60.0

UNFINISHED = ("waiting", "running")


def speak(kit: Kit, key: str, made: str = "g711a") -> httpx.Response:
    head = {"Authorization": f"Bearer {Issuer(kit.state).mint(ADMINISTRATOR, PARTNER)}", "Idempotency-Key": key}
    body = {"name": "welcome", "text": "Welcome.", "voice": "espeak-ng/en-us", "formats": [made]}
    address = f"http://127.0.0.1:{kit.ports.port('audio-api')}"
    return httpx.post(f"{address}/v1/audio/announcements", json=body, headers=head, timeout=30)


async def is_spoken(kit: Kit, key: str, made: str = "g711a") -> None:
    """The same key again is the same conversion, which comes to its end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _goes_on(said := await asyncio.to_thread(speak, kit, key, made)):
        assert time.monotonic() < deadline, said.text
        await asyncio.sleep(0.2)
    assert (said.status_code, said.json()["state"]) == (202, "done")


def _goes_on(said: httpx.Response) -> bool:
    return said.status_code == 503 or said.json()["state"] in UNFINISHED
