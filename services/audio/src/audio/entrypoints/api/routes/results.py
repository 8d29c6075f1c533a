"""What a conversion made: files, how they sound, and the waveform of what they were made of."""

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterable
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from audio.application.queries import Job
from audio.domain.waveform import svg
from audio.entrypoints.api.dependencies import JobOfPath, Services, TheServices
from contracts.audio.conversions import ConvertedFile, StoredBytes
from contracts.audio.events import AudioConversionCompleted
from runtime.blobs.port import PIECE_BYTES, BlobMissing
from runtime.web.conditional_requests import IfNoneMatch, matches_etag
from runtime.web.problems import Refused, require_found

OCTETS, WAV, ZIP, SVG = "application/octet-stream", "audio/wav", "application/zip", "image/svg+xml"

router = APIRouter(prefix="/v1/audio/conversions/{job}", tags=["results"])


def described(kind: str, what: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": what, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


class WaveformView(BaseModel):
    """The sound of the recording, from its beginning to its end."""

    seconds: float
    peaks: list[tuple[float, float]] = Field(description="Lowest and highest sample of each stretch, -1 to 1.")


@router.get("/files", response_class=Response, responses=described(ZIP, "All files in one archive."))
async def get_converted_files(job: JobOfPath, services: TheServices) -> Response:
    """All files of the conversion in one ZIP archive, by the names that boxes want."""
    made_by(services, job)
    return await archived(services, job.files, f"{job.request.name}.zip")


@router.get("/files/{format_code}", response_class=Response, responses=described(OCTETS, "The file for the box."))
async def get_converted_file(job: JobOfPath, format_code: str, services: TheServices, known: IfNoneMatch) -> Response:
    """A file as a box takes it, as soon as it is made. `ETag` and `Repr-Digest` are its SHA-256."""
    made = _made(services, job, format_code)
    return await _file(services, made.file, known, OCTETS, f'attachment; filename="{made.name}"')


@router.get("/files/{format_code}/preview", response_class=Response, responses=described(WAV, "How it sounds."))
async def get_preview(job: JobOfPath, format_code: str, services: TheServices, known: IfNoneMatch) -> Response:
    """The file decoded back to WAV: what is heard at the telephone."""
    made = _made(services, job, format_code)
    return await _file(services, made.heard, known, WAV, f'inline; filename="{job.request.name}-{made.format}.wav"')


@router.get("/waveform")
async def get_waveform(job: JobOfPath, services: TheServices) -> WaveformView:
    """The waveform of what was uploaded or spoken, in at most 800 stretches."""
    result = made_by(services, job)
    return WaveformView(seconds=result.report.read / 1000, peaks=await _peaks(services, result))


@router.get("/waveform.svg", response_class=Response, responses=described(SVG, "A picture of the waveform."))
async def get_waveform_picture(job: JobOfPath, services: TheServices) -> Response:
    """The waveform as a picture, in the colour of the text around it."""
    return Response(svg(await _peaks(services, made_by(services, job))), media_type=SVG, headers=_SAFE)


_SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox"}


async def archived(services: Services, files: Iterable[ConvertedFile], name: str) -> Response:
    """These files in one ZIP archive; it lies on the disk until it is sent."""
    archive = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - closed when it is sent
    try:
        for one in files:
            await _add(services, archive, one)
    except BaseException:
        archive.close()
        raise
    size = archive.seek(0, io.SEEK_END)
    head = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(_sent(archive), media_type=ZIP, headers=head)


def made_by(services: Services, job: Job) -> AudioConversionCompleted:
    """What the conversion made; raises Refused when it is not done, or that is gone."""
    if job.result is None:
        raise Refused("audio_not_done")
    _are_kept(services, job)
    return job.result


def _made(services: Services, job: Job, code: str) -> ConvertedFile:
    """One file, while others are perhaps still being made."""
    require_found(code if code in job.request.formats else None, "format_unknown")
    found = next((one for one in job.files if one.format == code), None)
    if found is None:
        raise Refused("audio_not_done")
    _are_kept(services, job)
    return found


def _are_kept(services: Services, job: Job) -> None:
    until = job.view().files_until
    if until is not None and services.clock() >= until:
        raise Refused("audio_files_gone")


async def _file(services: Services, stored: StoredBytes, known: str, kind: str, disposition: str) -> Response:
    head = {"ETag": f'"{stored.sha256}"', "Cache-Control": "private, no-cache"}
    if matches_etag(known, stored.sha256):
        return Response(status_code=304, headers=head)
    digest = base64.b64encode(bytes.fromhex(stored.sha256)).decode()
    head |= {
        "Repr-Digest": f"sha-256=:{digest}:",
        "Content-Length": str(stored.size),
        "Content-Disposition": disposition,
        **_SAFE,
    }
    return StreamingResponse(await _opened(services, stored), media_type=kind, headers=head)


async def _opened(services: Services, stored: StoredBytes) -> AsyncIterator[bytes]:
    """The bytes; raises Refused before the first one where they are gone."""
    found = services.store.blobs.read(stored.place)
    try:
        first = await anext(found)
    except (BlobMissing, StopAsyncIteration):
        raise Refused("audio_files_gone") from None
    return _all(first, found)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _peaks(services: Services, result: AudioConversionCompleted) -> list[tuple[float, float]]:
    content = b"".join([piece async for piece in await _opened(services, result.peaks)])
    return [(low, high) for low, high in json.loads(content)]


async def _add(services: Services, archive: BinaryIO, made: ConvertedFile) -> None:
    with zipfile.ZipFile(archive, "a") as opened, opened.open(made.name, "w") as member:
        async for piece in await _opened(services, made.file):
            await asyncio.to_thread(member.write, piece)


async def _sent(archive: BinaryIO) -> AsyncIterator[bytes]:
    with archive:
        archive.seek(0)
        while piece := await asyncio.to_thread(archive.read, PIECE_BYTES):
            yield piece
