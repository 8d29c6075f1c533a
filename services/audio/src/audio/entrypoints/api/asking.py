"""What all ways of asking for a conversion have in common."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from typing import BinaryIO

from fastapi import Request

from audio.application.ports import Voice
from audio.application.requesting import OtherRequest, QuotaReached, fingerprint_of
from audio.application.sentences import Sentence
from audio.application.views import ConversionView, waiting_view
from audio.domain.formats import FORMATS, USUAL, formats_of
from audio.domain.refusals import AudioRefused
from audio.domain.speech import parts_of
from audio.entrypoints.api.dependencies import Services, say, until_listed
from contracts.actors import Account
from contracts.audio.conversions import StoredBytes
from contracts.audio.events import AudioConversionRequested
from runtime.blobs.port import PIECE_BYTES
from runtime.web.pieces import pieces
from runtime.web.problems import Refused

SPOOLED_BYTES = 1024 * 1024
"""An upload beyond it lies on the disk until it is in the store."""
SLOW = "The recording took too long to arrive."


def codes_of(services: Services, asked: list[str] | None) -> tuple[str, ...]:
    """What to make; raises AudioRefused for what is unknown, or can't be made here."""
    if asked is None:
        return tuple(code for code in USUAL if services.catalog.makes(FORMATS[code]))
    wanted = formats_of(asked)
    if missing := [each for each in wanted if not services.catalog.makes(each)]:
        raise AudioRefused("format_unavailable", f"This installation can't make {missing[0].title}.")
    return tuple(each.code for each in wanted)


def sentence_of(voices: Sequence[Voice], text: str, voice: str, words_per_minute: int) -> BinaryIO:
    """A sentence as it lies in the store; raises AudioRefused for one that nobody here can speak."""
    parts_of(text)
    if voice not in {each.name for each in voices}:
        raise AudioRefused("voice_unknown", "There is no such voice here; ask which there are.")
    said = Sentence(text=text, voice=voice, words_per_minute=words_per_minute)
    return BytesIO(said.model_dump_json().encode())


async def ask(
    services: Services, account: Account, request: Request, event: AudioConversionRequested, file: BinaryIO | None
) -> None:
    """Note the request, keep its source, then say it on the log: whatever ends in between, the same key again helps."""
    await _reserve(services, account, event, event.source.size if event.kind == "recording" and file else 0)
    if file is None:
        await services.store.share(event.job, event.source.place, event.repeats or "")
    else:
        await services.store.put(event.job, event.source, file)
    await say(services, event, account, request)
    await services.requests.sent(event.job)


async def answer(services: Services, account: Account, event: AudioConversionRequested) -> ConversionView:
    """The conversion as the next query shows it."""
    await until_listed(services, account, event.job)
    known = await services.jobs.one(account, event.job)
    return known.view() if known else waiting_view(event, services.clock())


async def _reserve(services: Services, account: Account, event: AudioConversionRequested, size: int) -> None:
    same = fingerprint_of(event.source.sha256, account.account, event.name, event.formats, event.options, event.kind)
    try:
        await services.requests.reserve(event, same, size, services.clock())
    except OtherRequest:
        raise Refused("idempotency_key_reused") from None
    except QuotaReached as reached:
        raise Refused("audio_quota_reached", retry_after_seconds=reached.seconds) from None


async def receive(request: Request, file: BinaryIO, most: int, code: str) -> None:
    """Write the body into the file; raises Refused for one that is too big or too slow."""
    length, size = request.headers.get("content-length", "0"), 0
    if length.isdecimal() and int(length[:12]) > most:
        raise Refused(code)
    async for piece in pieces(request, slow=SLOW):
        if isinstance(piece, Refused):
            raise piece
        size += len(piece)
        if size > most:
            raise Refused(code)
        file.write(piece)


def source_of(job: str, file: BinaryIO) -> StoredBytes:
    """Where the bytes of a recording or a sentence will lie."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    sha256 = digest.hexdigest()
    return StoredBytes(place=f"audio/{job}/{sha256[:16]}-source", size=size, sha256=sha256)
