"""Movements and balances as files, streamed: as many rows as there are, at constant memory."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from ledger.application.queries.exports import BALANCES, LABELS, MOVEMENTS, Batch, Column, Wanted
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import project_of
from ledger.entrypoints.api.http.concurrency_slots import slot_for
from ledger.entrypoints.api.http.export_formats import MEDIA_TYPES, WRITERS, Format
from runtime.web.as_of import AsOf
from runtime.web.concurrency_slots import ConcurrencySlots
from runtime.web.consistency import Reached, require_entry
from runtime.web.content_negotiation import negotiate
from runtime.web.problems import Refused, require_found
from runtime.web.streaming import streamed

PREFIX = "/v1/exports"
MAX_EXPORTS = 3
"""At the same time in this process: each holds a connection of the database until its last row."""

router = APIRouter(prefix=PREFIX, tags=["exports"])

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows, streamed.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/jsonl": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
OfProject = Annotated[str | None, Query(max_length=36, description="Of this project and its devices only.")]
AfterEntry = Annotated[int, Query(ge=0, le=MAX_SEQUENCE, description="Only entries behind this one.")]

_slots = ConcurrencySlots(MAX_EXPORTS, what="exports")


async def _form(
    wanted: Annotated[
        Format | None, Query(alias="format", description="Else Accept says it; CSV if neither does.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Format:
    form = wanted or negotiate(accept, MEDIA_TYPES)
    if form is None:
        raise Refused("not_acceptable")
    return form


WantedForm = Annotated[Format, Depends(_form)]


@router.get("/movements", dependencies=[Reached], response_class=Response, responses=_FILE)
async def export_movements(
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    form: WantedForm,
    project: OfProject = None,
    after: AfterEntry = 0,
) -> Response:
    """Every movement that the caller may see, in the order of the ledger.

    `after` the last `sequence` of an earlier export gives only what is new since then.
    """
    wanted = await _wanted(services, caller, as_of, project, after)
    batches = services.exports.movements(caller.viewer, wanted)
    pieces = _pieces(slot_for(_slots, services, caller), MOVEMENTS, batches, form)
    return await _file("movements", pieces, form, wanted)


@router.get("/balances", dependencies=[Reached], response_class=Response, responses=_FILE)
async def export_balances(
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    form: WantedForm,
    project: OfProject = None,
) -> Response:
    """What every project and every device that the caller may see has, now or as of any entry or time."""
    wanted = await _wanted(services, caller, as_of, project, 0)
    batches = services.exports.balances(caller.viewer, wanted)
    pieces = _pieces(slot_for(_slots, services, caller), BALANCES, batches, form)
    return await _file("balances", pieces, form, wanted)


@router.get("/labels", dependencies=[Reached], response_class=Response, responses=_FILE)
async def export_labels(
    services: TheServices, caller: TheCaller, form: WantedForm, project: OfProject = None
) -> Response:
    """The labels and notes of every project that the caller may see, as they are today.

    `kind` says what a row is of, and `id` which one: a project, a device by its serial, an entry by its sequence.
    """
    wanted = await _wanted(services, caller, None, project, 0)
    batches = services.exports.labels(caller.viewer, project)
    pieces = _pieces(slot_for(_slots, services, caller), LABELS, batches, form)
    return await _file("labels", pieces, form, wanted)


async def _wanted(
    services: Services, caller: LedgerCaller, as_of: int | None, project: str | None, after: int
) -> Wanted:
    if project is not None:
        require_found(await services.queries.project(caller.viewer, project_of(project)), "project_unknown")
    if after:
        await require_entry(services, caller.account, after)
    until = await services.queries.position() if as_of is None else as_of
    return Wanted(until, after, project)


async def _file(name: str, pieces: AsyncGenerator[bytes], form: Format, wanted: Wanted) -> Response:
    head = {
        "Content-Disposition": f'attachment; filename="{name}-{wanted.until}.{form}"',
        "X-As-Of": str(wanted.until),
    }
    return await streamed(pieces, media_type=MEDIA_TYPES[form], headers=head)


async def _pieces(
    place: AbstractAsyncContextManager[None], columns: Sequence[Column], batches: AsyncGenerator[Batch], form: Format
) -> AsyncGenerator[bytes]:
    writer = WRITERS[form](columns)
    async with place:
        async with aclosing(batches):
            async for batch in batches:
                yield await asyncio.to_thread(writer.rows, batch)
        yield await asyncio.to_thread(writer.end)
