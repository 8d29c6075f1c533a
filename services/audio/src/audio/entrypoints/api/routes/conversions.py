"""Asking for conversions, and following them."""

import asyncio
import hashlib
from collections.abc import Iterable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Query, Request

from audio.application.queries import Job
from audio.application.requesting import OtherRequest, QuotaReached, fingerprint_of
from audio.application.sentences import Sentence
from audio.application.speaking import prepared
from audio.application.views import ConversionView, waiting_view
from audio.domain.containers import MAX_UPLOAD_BYTES, container_of
from audio.domain.formats import FORMATS, USUAL, formats_of
from audio.domain.names import announcement_name
from audio.domain.refusals import AudioRefused
from audio.entrypoints.api.dependencies import (
    JobOfPath,
    JobOfRequest,
    Services,
    TheAccount,
    TheServices,
    say,
    until_seen,
)
from audio.entrypoints.api.models import AnnouncementBody, DeletedView, RepeatBody, UploadQuery
from contracts.actors import Account
from contracts.audio.conversions import StoredBytes
from contracts.audio.events import AudioConversionDeleted, AudioConversionRequested
from runtime.blobs.port import PIECE_BYTES
from runtime.web.pagination import MAX_NUMBER, PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged
from runtime.web.pieces import pieces
from runtime.web.problems import Refused

PATH = "/v1/audio/conversions"
OCTETS = "application/octet-stream"
SPOOLED_BYTES = 1024 * 1024
"""An upload beyond it lies on the disk until it is in the store."""
SLOW = "The recording took too long to arrive."
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {OCTETS: _BINARY}}}

router = APIRouter(prefix="/v1/audio", tags=["conversions"])


@router.post("/conversions", status_code=202, openapi_extra=_SENT)
async def convert_recording(
    *,
    asked: Annotated[UploadQuery, Query()],
    request: Request,
    services: TheServices,
    account: TheAccount,
    job: JobOfRequest,
) -> ConversionView:
    """Convert the recording that is the body, at most 20 MiB and ten minutes, to files for a box.

    WAV, MP3, FLAC, OGG, M4A, AAC or WebM: what it is, is told by its content. The answer comes before the files; ask
    for the conversion until it is `done` or `failed`. Files and recording are kept for 24 hours.
    """
    codes = _codes(services, asked.formats.split(",") if asked.formats else None)
    announcement_name(asked.name)
    with cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES)) as file:
        await _receive(request, file)
        await asyncio.to_thread(container_of, file)
        source = await asyncio.to_thread(_source, job, file)
        event = AudioConversionRequested(
            job=job,
            account=account.account,
            company=account.company,
            name=asked.name,
            kind="recording",
            source=source,
            formats=codes,
            options=asked.said(),
        )
        return await _ask(services, account, request, event, file)


@router.post("/announcements", status_code=202)
async def speak_announcement(
    body: AnnouncementBody, request: Request, services: TheServices, account: TheAccount, job: JobOfRequest
) -> ConversionView:
    """Let a sentence be spoken, and convert that to files for a box; it is a conversion like any other.

    The text is plain, or SSML with `break`, `say-as`, `p` and `s`.
    """
    codes = _codes(services, body.formats)
    announcement_name(body.name)
    prepared(await services.catalog.voices(), body.text, body.voice)
    said = Sentence(text=body.text, voice=body.voice, words_per_minute=body.words_per_minute)
    file = BytesIO(said.model_dump_json().encode())
    event = AudioConversionRequested(
        job=job,
        account=account.account,
        company=account.company,
        name=body.name,
        kind="sentence",
        source=_source(job, file),
        formats=codes,
        options=body.said(),
    )
    return await _ask(services, account, request, event, file)


@router.get("/conversions")
async def list_conversions(
    services: TheServices, account: TheAccount, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[ConversionView]:
    """The caller's own conversions, newest first."""
    before = after_numbers(cursor, 1)[0] if cursor else MAX_NUMBER
    page = await services.jobs.of_account(account, before, limit)
    marks = {row.request.job: str(row.number) for row in page.rows}
    return paged(_Views(page.rows, page.more), lambda view: marks[view.job])


@router.get("/conversions/{job}")
async def get_conversion(job: JobOfPath) -> ConversionView:
    """A conversion: how far it is, and what it made."""
    return job.view()


@router.post("/conversions/{job}/repetitions", status_code=202)
async def repeat_conversion(
    job: JobOfPath,
    body: RepeatBody,
    request: Request,
    services: TheServices,
    account: TheAccount,
    new: JobOfRequest,
) -> ConversionView:
    """Convert the same recording or sentence with other options, without uploading it again, as long as it is kept."""
    codes = _codes(services, body.formats)
    announcement_name(body.name)
    event = AudioConversionRequested(
        job=new,
        account=account.account,
        company=account.company,
        name=body.name,
        kind=job.request.kind,
        source=job.request.source,
        formats=codes,
        options=body.said(),
        repeats=job.request.job,
    )
    return await _ask(services, account, request, event, None)


@router.delete("/conversions/{job}")
async def delete_conversion(
    job: JobOfPath, request: Request, services: TheServices, account: TheAccount
) -> DeletedView:
    """Take a conversion away with its files, and its recording unless a repetition still needs that."""
    name = job.request.job
    await say(services, AudioConversionDeleted(job=name), account, request)
    await services.store.remove(name)
    await until_seen(services, account, name, gone=True)
    return DeletedView(job=name)


class _Views:
    """A page of what an account sees."""

    def __init__(self, jobs: Iterable[Job], more: bool) -> None:  # noqa: FBT001
        self.rows = [job.view() for job in jobs]
        self.more = more


def _codes(services: Services, asked: list[str] | None) -> tuple[str, ...]:
    """What to make; raises AudioRefused for what is unknown, or can't be made here."""
    if asked is None:
        return tuple(code for code in USUAL if services.catalog.makes(FORMATS[code]))
    wanted = formats_of(asked)
    if missing := [each for each in wanted if not services.catalog.makes(each)]:
        raise AudioRefused("format_unavailable", f"This installation can't make {missing[0].title}.")
    return tuple(each.code for each in wanted)


async def _ask(
    services: Services, account: Account, request: Request, event: AudioConversionRequested, file: BinaryIO | None
) -> ConversionView:
    """Note the request, keep its source, then say it on the log: whatever ends in between, the same key again helps."""
    now = services.clock()
    await _reserve(services, account, event, event.source.size if event.kind == "recording" and file else 0)
    if file is None:
        await services.store.share(event.job, event.source.place, event.repeats or "")
    else:
        await services.store.put(event.job, event.source, file)
    await say(services, event, account, request)
    await services.requests.sent(event.job)
    await until_seen(services, account, event.job)
    known = await services.jobs.one(account, event.job)
    return known.view() if known else waiting_view(event, now)


async def _reserve(services: Services, account: Account, event: AudioConversionRequested, size: int) -> None:
    same = fingerprint_of(event.source.sha256, account.account, event.name, event.formats, event.options, event.kind)
    try:
        await services.requests.reserve(event.job, account.company, same, size, services.clock())
    except OtherRequest:
        raise Refused("idempotency_key_reused") from None
    except QuotaReached as reached:
        raise Refused("audio_quota_reached", retry_after_seconds=reached.seconds) from None


async def _receive(request: Request, file: BinaryIO) -> None:
    """Write the body into the file; raises Refused for one that is too big or too slow."""
    size = 0
    async for piece in pieces(request, slow=SLOW):
        if isinstance(piece, Refused):
            raise piece
        size += len(piece)
        if size > MAX_UPLOAD_BYTES:
            raise Refused("audio_too_big")
        file.write(piece)


def _source(job: str, file: BinaryIO) -> StoredBytes:
    """Where the bytes of a recording or a sentence will lie."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    sha256 = digest.hexdigest()
    return StoredBytes(place=f"audio/{job}/{sha256[:16]}-source", size=size, sha256=sha256)
