"""Audio as a service: how soon a file can be heard, how fast a queue is drained, and what memory that takes.

The processes of audio work on both cores, beside broker and database, and nothing else is asked for. The first preview
byte counts from the last byte of the upload. The queue is drained by two workers, each with two conversions at once.
"""

import asyncio
import secrets
import time
from array import array
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from audio.domain.formats import USUAL
from audio.domain.sources import MAX_SECONDS
from benchmarks import machine
from benchmarks.figures import Beside, Figure
from benchmarks.lab import PATIENCE_SECONDS, Lab
from contracts.identifiers import derived_id
from dev.stack.parts import PARTS
from dev.stack.ports import HOST
from dev.stack.settings import settings
from simulator.issuer import Issuer

PARTS_OF_AUDIO = ("audio-projector", "audio-worker", "audio-api")
PREVIEWS = 5
PREVIEW_SECONDS = 30
QUEUED, QUEUED_SECONDS = 200, 5
COMPANIES = 4
"""A company has at most 100 conversions that wait."""
RATE = 16_000
BIGGEST_UPLOAD = 20 * machine.MIB
PIECE_BYTES = 64 * 1024
POLL_SECONDS = 0.02
OK = 200


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who asks the API."""

    client: httpx.AsyncClient
    token: str

    async def upload(self, content: bytes, formats: str) -> tuple[str, float]:
        """The conversion that it became, and when its last byte was sent."""
        sent = [0.0]

        async def pieces() -> AsyncGenerator[bytes]:
            for at in range(0, len(content), PIECE_BYTES):
                yield content[at : at + PIECE_BYTES]
            sent[0] = time.perf_counter()

        head = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/octet-stream"}
        answer = await self.client.post(
            "conversions",
            content=pieces(),
            params={"name": "bench", "formats": formats},
            headers=head | {"Content-Length": str(len(content))} | self._signed_in(),
        )
        return str(answer.raise_for_status().json()["job"]), sent[0]

    async def preview(self, job: str, code: str) -> float:
        """When the first byte of how it sounds came."""
        path = f"conversions/{job}/files/{code}/preview"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with self.client.stream("GET", path, headers=self._signed_in()) as answer:
                    if answer.status_code == OK:
                        await anext(answer.aiter_raw())
                        return time.perf_counter()
                await asyncio.sleep(POLL_SECONDS)

    async def ended(self, job: str) -> dict[str, Any]:
        """The conversion once it has its outcome."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.client.get(f"conversions/{job}", headers=self._signed_in())
                found: dict[str, Any] = answer.raise_for_status().json()
                if found["state"] in {"done", "failed"}:
                    return found
                await asyncio.sleep(POLL_SECONDS * 10)

    def _signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system(*PARTS_OF_AUDIO) as kit:
        url = f"http://{HOST}:{kit.ports.port('audio-api')}/v1/audio/"
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
            issuer = Issuer(lab_.kit.state)
            people = [
                Account(client, issuer.mint(derived_id("bench", str(n)), derived_id("bench-audio", str(n))))
                for n in range(COMPANIES)
            ]
            figures = [await _first_byte(people[0], codes) for codes in (USUAL[:1], USUAL)]
            figures += [await _memory_of_upload(lab_, people[1]), await _memory_of_worker(lab_, people[2])]
            with _second_worker(lab_):
                return [*figures, await _queue(people, max(COMPANIES, lab_.sized(QUEUED)))]


async def _first_byte(who: Account, codes: tuple[str, ...]) -> Figure:
    found: list[float] = []
    for _ in range(PREVIEWS):
        job, sent = await who.upload(recording(PREVIEW_SECONDS), ",".join(codes))
        found.append(await who.preview(job, codes[0]) - sent)
        await who.ended(job)
    what = f"audio: first preview byte, {PREVIEW_SECONDS} s of sound, {len(codes)} format{'s'[: len(codes) - 1]}"
    return Figure(what, sorted(found)[PREVIEWS // 2], "s", "< 1 s")


async def _memory_of_upload(lab_: Lab, who: Account) -> Figure:
    pid = _pid(lab_, "audio-api")
    before = machine.resident_bytes(pid)
    machine.forget_peak(pid)
    job, _ = await who.upload(recording(BIGGEST_UPLOAD // RATE // 2 - 1), USUAL[0])
    grown = (machine.peak_bytes(pid) - before) / machine.MIB
    await who.ended(job)
    return Figure("audio: audio-api grows by, during an upload of 20 MiB", grown, "MiB", "< 10 MiB")


async def _memory_of_worker(lab_: Lab, who: Account) -> Figure:
    pid = _pid(lab_, "audio-worker")
    machine.forget_peak(pid)
    before = machine.resident_bytes(pid)
    job, _ = await who.upload(recording(MAX_SECONDS), ",".join(USUAL))
    if (await who.ended(job))["state"] != "done":
        raise RuntimeError("ten minutes were not converted")
    beside = (Beside("before", before / machine.MIB),)
    return Figure("audio: audio-worker, ten minutes", machine.peak_bytes(pid) / machine.MIB, "MiB", "< 200 MiB", beside)


async def _queue(people: list[Account], count: int) -> Figure:
    sound = recording(QUEUED_SECONDS)
    start = time.perf_counter()
    jobs = [(who, (await who.upload(sound, ",".join(USUAL)))[0]) for who in people for _ in range(count // COMPANIES)]
    for who, job in jobs:
        await who.ended(job)
    rate = len(jobs) / (time.perf_counter() - start)
    return Figure(f"audio: {len(jobs)} conversions of {QUEUED_SECONDS} s, two workers", rate, "/s")


@contextmanager
def _second_worker(lab_: Lab) -> Generator[None]:
    own = {"LICENSING_ADMIN_PORT": "0", "LICENSING_WORK_FOLDER": str(lab_.kit.state / "audio-work-2")}
    environment = settings("audio-worker", lab_.kit.stack()) | own
    with lab_.process("audio-worker", environment=environment, core=None):
        yield


def _pid(lab_: Lab, name: str) -> int:
    part = next(part for part in PARTS if part.name == name)
    pid = lab_.kit.make(part).process.pid
    if pid is None:
        raise RuntimeError(f"{name} is not at work")
    return pid


def recording(seconds: int) -> bytes:
    """A WAV of 16 bit and 16 kHz: noise that swells and falls, a second of it again and again."""
    rolled = Random(12)
    second = array("h", (round(rolled.uniform(-16_000, 16_000) * (at % 4000 / 4000)) for at in range(RATE)))
    sound = second.tobytes() * seconds
    head = b"RIFF" + (36 + len(sound)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1).to_bytes(2, "little") * 2 + RATE.to_bytes(4, "little") + (RATE * 2).to_bytes(4, "little")
    return head + shape + b"\x02\x00\x10\x00data" + len(sound).to_bytes(4, "little") + sound
