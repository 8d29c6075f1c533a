"""Many announcements in one request, and their files in one archive."""

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, NamedTuple, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from audio.application.queries import Job
from audio.domain.batches import (
    MAX_BATCH_BYTES,
    MAX_TABLE_BYTES,
    is_archive,
    name_of,
    recordings_in,
    sentences_in,
    unpack,
)
from audio.domain.refusals import AudioRefused
from audio.entrypoints.api.asking import SPOOLED_BYTES, ask, codes_of, receive, sentence_of, source_of
from audio.entrypoints.api.dependencies import (
    JobOfRequest,
    Services,
    TheAccount,
    TheServices,
    until_listed,
)
from audio.entrypoints.api.models import BatchQuery, BatchView
from audio.entrypoints.api.routes.conversions import BINARY_BODY
from audio.entrypoints.api.routes.results import ZIP, archived, described, made_by
from contracts.audio.conversions import JOB_PATTERN, SourceKind
from contracts.audio.events import AudioConversionRequested
from contracts.identifiers import derived_id
from runtime.web.path_values import matching
from runtime.web.problems import Refused

PATH = "/v1/audio/batches"

router = APIRouter(prefix="/v1/audio", tags=["batches"])


class _Source(NamedTuple):
    """One announcement of a batch: its bytes are good until the next one is taken."""

    name: str
    kind: SourceKind
    content: BinaryIO


async def _batch_id(batch: str) -> str:
    return matching(JOB_PATTERN, batch, "batch_unknown")


BatchOfPath = Annotated[str, Depends(_batch_id)]


@router.post("/batches", status_code=202, openapi_extra=BINARY_BODY)
async def convert_batch(
    *,
    asked: Annotated[BatchQuery, Query()],
    request: Request,
    services: TheServices,
    account: TheAccount,
    batch: JobOfRequest,
) -> BatchView:
    """Convert up to 100 announcements: a ZIP archive of recordings, or a table in CSV, at most 100 MiB.

    An announcement is called as its file. The table is UTF-8 with the first line `name,sentence`; `voice` speaks it.
    Either all are asked for, or none; where a bound of the company is reached on the way, the same key goes on later.
    """
    codes = codes_of(services, asked.formats.split(",") if asked.formats else None)
    job = ""
    with cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES)) as file:
        await receive(request, file, MAX_BATCH_BYTES, "batch_too_big")
        async for name, kind, content in _sources(services, asked, file):
            job = derived_id(f"{batch}/{name}", "audio-conversion")
            event = AudioConversionRequested(
                job=job,
                account=account.account,
                company=account.company,
                name=name,
                kind=kind,
                source=await asyncio.to_thread(source_of, job, content),
                formats=codes,
                options=asked.said(),
                batch=batch,
            )
            await ask(services, account, request, event, content)
    await until_listed(services, account, job)
    return _view(batch, await services.jobs.of_batch(account, batch))


@router.get("/batches/{batch}")
async def get_batch(batch: BatchOfPath, services: TheServices, account: TheAccount) -> BatchView:
    """How far the conversions of a batch are."""
    return _view(batch, await _jobs(services, account, batch))


@router.get("/batches/{batch}/files", response_class=Response, responses=described(ZIP, "All files in one archive."))
async def get_batch_files(batch: BatchOfPath, services: TheServices, account: TheAccount) -> Response:
    """All files of all conversions of the batch that are done, once none waits."""
    jobs = await _jobs(services, account, batch)
    if any(job.state == "waiting" for job in jobs):
        raise Refused("audio_not_done")
    done = [job for job in jobs if job.result]
    for job in done:
        made_by(services, job)
    files = [file for job in done for file in job.files]
    return await archived(services, files, "announcements.zip")


async def _jobs(services: Services, account: TheAccount, batch: str) -> list[Job]:
    if found := await services.jobs.of_batch(account, batch):
        return found
    raise Refused("batch_unknown")


def _view(batch: str, jobs: list[Job]) -> BatchView:
    waits = any(job.state == "waiting" for job in jobs)
    return BatchView(batch=batch, state="waiting" if waits else "done", items=[job.view() for job in jobs])


async def _sources(services: Services, asked: BatchQuery, file: BinaryIO) -> AsyncIterator[_Source]:
    """All announcements of the batch, once all of it is known to be good."""
    if is_archive(file):
        async for found in _recordings(file):
            yield found
    else:
        for found in await _sentences(services, asked, file):
            yield found


async def _recordings(file: BinaryIO) -> AsyncIterator[_Source]:
    with cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES)) as scratch:
        for member in await asyncio.to_thread(recordings_in, file, scratch):
            await asyncio.to_thread(unpack, file, member, scratch)
            yield _Source(name_of(member), "recording", scratch)


async def _sentences(services: Services, asked: BatchQuery, file: BinaryIO) -> list[_Source]:
    file.seek(0)
    said = sentences_in(file.read(MAX_TABLE_BYTES + 1))
    if asked.voice is None:
        raise AudioRefused("voice_unknown", "Sentences need a voice; ask which there are.")
    voices, found = await services.catalog.voices(), list[_Source]()
    for name, text in said:
        content = sentence_of(voices, text, asked.voice, asked.words_per_minute)
        found.append(_Source(name, "sentence", content))
    return found
