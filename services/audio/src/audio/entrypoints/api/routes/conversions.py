"""Asking for conversions, and following them."""

import asyncio
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Query, Request

from audio.application.queries import Job
from audio.application.views import ConversionView
from audio.domain.containers import MAX_UPLOAD_BYTES, container_of
from audio.domain.names import announcement_name
from audio.entrypoints.api.asking import SPOOLED_BYTES, answer, ask, codes_of, receive, sentence_of, source_of
from audio.entrypoints.api.dependencies import (
    JobOfPath,
    JobOfRequest,
    TheAccount,
    TheServices,
    say,
    until_gone,
)
from audio.entrypoints.api.models import AnnouncementBody, DeletedView, RepeatBody, UploadQuery
from contracts.audio.events import AudioConversionDeleted, AudioConversionRequested
from runtime.web.pagination import MAX_NUMBER, PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged

PATH = "/v1/audio/conversions"
OCTETS = "application/octet-stream"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
BINARY_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {OCTETS: _BINARY}}}

router = APIRouter(prefix="/v1/audio", tags=["conversions"])


@router.post("/conversions", status_code=202, openapi_extra=BINARY_BODY)
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
    for the conversion until it is `done` or `failed`, and take each file as soon as it is listed. Files and recording
    are kept for 24 hours.
    """
    codes = codes_of(services, asked.formats.split(",") if asked.formats else None)
    announcement_name(asked.name)
    with cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES)) as file:
        await receive(request, file, MAX_UPLOAD_BYTES, "audio_too_big")
        await asyncio.to_thread(container_of, file)
        source = await asyncio.to_thread(source_of, job, file)
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
        await ask(services, account, request, event, file)
        return await answer(services, account, event)


@router.post("/announcements", status_code=202)
async def speak_announcement(
    body: AnnouncementBody, request: Request, services: TheServices, account: TheAccount, job: JobOfRequest
) -> ConversionView:
    """Let a sentence be spoken, and convert that to files for a box; it is a conversion like any other.

    The text is plain, or SSML with `break`, `say-as`, `p` and `s`.
    """
    codes = codes_of(services, body.formats)
    announcement_name(body.name)
    file = sentence_of(await services.catalog.voices(), body.text, body.voice, body.words_per_minute)
    event = AudioConversionRequested(
        job=job,
        account=account.account,
        company=account.company,
        name=body.name,
        kind="sentence",
        source=source_of(job, file),
        formats=codes,
        options=body.said(),
    )
    await ask(services, account, request, event, file)
    return await answer(services, account, event)


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
    codes = codes_of(services, body.formats)
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
    await ask(services, account, request, event, None)
    return await answer(services, account, event)


@router.delete("/conversions/{job}")
async def delete_conversion(
    job: JobOfPath, request: Request, services: TheServices, account: TheAccount
) -> DeletedView:
    """Take a conversion away with its files, and its recording unless a repetition still needs that."""
    name = job.request.job
    await say(services, AudioConversionDeleted(job=name), account, request)
    await services.store.remove(name)
    await until_gone(services, account, name)
    return DeletedView(job=name)


class _Views:
    """A page of what an account sees."""

    def __init__(self, jobs: Iterable[Job], more: bool) -> None:  # noqa: FBT001
        self.rows = [job.view() for job in jobs]
        self.more = more
