"""Files in a case: a picture of the broken device, a log of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response, StreamingResponse

from contracts.texts import seen
from rma.adapters.file_types import SPOOLED_BYTES, FileNotTaken, KnownFile, PictureBroken, known_file
from rma.application.attaching import attach
from rma.application.personal_data import AttachedFile, AttachmentsFull, OtherRequestKept
from rma.application.queries.views import AttachmentView
from rma.entrypoints.api.dependencies import TheServices, TheSight
from rma.entrypoints.api.http.commands import CommandIdOfRequest, RmaOfPath
from rma.entrypoints.api.http.taking_part import require_part, require_seen
from rma.entrypoints.api.models.cases import FILE_NAME_PATTERN
from runtime.blobs.port import PIECE_BYTES, BlobMissing
from runtime.web.consistency import Reached
from runtime.web.pagination import MAX_NUMBER, PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged
from runtime.web.pieces import pieces
from runtime.web.problems import Refused, require_found

PATH = "/v1/rmas/{rma}/attachments"
OCTETS = "application/octet-stream"
MAX_BYTES = 10 * 1000 * 1000
"""Of an attachment as it is sent; drawn anew, a picture may have some more."""
AT_ONCE = 2
"""Files that are looked at side by side: drawing a picture anew takes a core and 400 MB at most."""
SLOW = "The file took too long to arrive."
_looking = asyncio.Semaphore(AT_ONCE)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {OCTETS: _BINARY}}}
_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {OCTETS: _BINARY}}}

router = APIRouter(prefix="/v1/rmas", tags=["messages and attachments"])

FileName = Annotated[
    str,
    AfterValidator(seen),
    Query(pattern=FILE_NAME_PATTERN, description="A name without path.", examples=["box.jpg"]),
]
NumberOfPath = Annotated[int, Path(ge=1, le=MAX_NUMBER)]


@router.post("/{rma}/attachments", status_code=201, openapi_extra=_SENT)
async def attach_file(
    *,
    rma: RmaOfPath,
    file_name: FileName,
    request: Request,
    services: TheServices,
    sight: TheSight,
    command_id: CommandIdOfRequest,
) -> AttachmentView:
    """Attach the file that is the body, at most 10 MB: a picture, a text, a PDF, or an archive by ZIP or gzip.

    What it is, is told by its content. Of a picture only the picture is kept, without place, camera and comment. For
    whoever has the right `rma` in the project, and for the vendor's staff.
    """
    await require_part(services, sight, rma)
    sent = cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES))  # noqa: SIM115 - closed below
    try:
        await _receive(request, sent)
        with (known := await _looked_at(sent)).file as file:
            digest = await asyncio.to_thread(_digest, file)
            blob = f"{services.ledger}/{rma}/{command_id}-{digest[:16]}"
            what = AttachedFile(file_name, known.media_type, known.size, digest, blob)
            return await attach(
                services.attachments, services.blobs, rma, command_id, by=sight.account, known=what, file=file
            )
    except OtherRequestKept:
        raise Refused("idempotency_key_reused") from None
    except AttachmentsFull:
        raise Refused("attachments_full") from None
    finally:
        sent.close()


@router.get("/{rma}/attachments", dependencies=[Reached])
async def list_attachments(
    rma: RmaOfPath, services: TheServices, sight: TheSight, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[AttachmentView]:
    """The files of the case, oldest first."""
    await require_seen(services, sight, rma)
    (after,) = after_numbers(cursor, 1)
    return paged(await services.attachments.of_case(rma, after, limit), lambda row: str(row.number))


@router.get("/{rma}/attachments/{number}", dependencies=[Reached], response_class=Response, responses=_FILE)
async def get_attachment(rma: RmaOfPath, number: NumberOfPath, services: TheServices, sight: TheSight) -> Response:
    """The file itself, to be saved: a browser shows none of it in our name."""
    await require_seen(services, sight, rma)
    view, blob = require_found(await services.attachments.one(rma, number), "attachment_unknown")
    if blob is None or view.file_name is None:
        raise Refused("attachment_unknown")
    bytes_of = services.blobs.read(blob)
    try:
        first = await anext(bytes_of)
    except (BlobMissing, StopAsyncIteration):
        raise Refused("attachment_unknown") from None
    head = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(view.file_name, safe='')}",
        "Content-Length": str(view.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return StreamingResponse(_all(first, bytes_of), media_type=view.media_type, headers=head)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _receive(request: Request, file: BinaryIO) -> None:
    """Write the body into the file; raises Refused for one that is empty, too big or too slow."""
    size = 0
    async for piece in pieces(request, slow=SLOW):
        if isinstance(piece, Refused):
            raise piece
        size += len(piece)
        if size > MAX_BYTES:
            raise Refused("attachment_too_big")
        file.write(piece)
    if size == 0:
        raise Refused("request_invalid", "The body is the file, and has no bytes.")


async def _looked_at(file: BinaryIO) -> KnownFile:
    async with _looking:
        try:
            return await asyncio.to_thread(known_file, file)
        except FileNotTaken:
            raise Refused("attachment_not_taken") from None
        except PictureBroken:
            raise Refused("picture_broken") from None


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()
