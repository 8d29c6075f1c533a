"""The feed of entries: all that happened where the caller sees it, in either order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.events import EVENT_TYPES
from contracts.identifiers import LICENSE_TYPE_PATTERN, MAX_SEQUENCE
from ledger.application.queries.history import EntryPage, EntrySearch, EntryView
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import CompanyOfQuery, project_of
from ledger.entrypoints.api.http.entry_stream import MEDIA_TYPE, PAGE_ENTRIES, Places, entry_events
from runtime.web.consistency import Reached, require_entry
from runtime.web.head_requests import IsHead
from runtime.web.http_protocol import SENT_ALL
from runtime.web.pagination import PAGE_ROWS, Limit, OrderOfEntries
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found
from runtime.web.streaming import streamed, until

MAX_TYPES = 20
"""Types of entries that one request names: each is a walk of an index."""

router = APIRouter(prefix="/v1/entries", tags=["history"])


class EntriesView(BaseModel):
    """Entries in order. `next` is always there: ask again with it as `after`, at once while `more`, later otherwise."""

    items: list[EntryView]
    next: int = Field(
        description="Give it back as `after`; oldest first, the entry up to which all is told.", examples=[1174]
    )
    more: bool = Field(description="Whether further entries were there when it was read.")
    as_of: int = Field(description="The entry that the answer stands at.", examples=[1180])


async def _search(
    company: CompanyOfQuery = None,
    project: Annotated[str | None, Query(max_length=36, description="Only what concerns this project.")] = None,
    device: Annotated[str | None, Query(max_length=24, description="Only what concerns this serial.")] = None,
    types: Annotated[
        list[str] | None,
        Query(
            max_length=MAX_TYPES,
            description="Only entries of these types, each as `event_type` says it; may be repeated.",
            examples=[["licensing.ledger.licenses-allocated.v1"]],
        ),
    ] = None,
    license_type: Annotated[
        str | None,
        Query(
            pattern=LICENSE_TYPE_PATTERN,
            max_length=40,
            description="Only what moved licenses of this type in the project, or on the device, that is named.",
            examples=["Port11"],
        ),
    ] = None,
) -> EntrySearch:
    if sum(one is not None for one in (company, project, device)) > 1:
        raise Refused("request_invalid", "Name a company, a project or a device, not several of them.")
    wanted = tuple(dict.fromkeys(types or ()))
    if unknown := [one for one in wanted if one not in EVENT_TYPES]:
        raise Refused("request_invalid", f"There is no type of entry {unknown[0][:80]!r}; event_type says the types.")
    if license_type is not None and project is None and device is None:
        raise Refused("request_invalid", "Name the project or the device in which licenses of this type moved.")
    if license_type is not None and wanted:
        raise Refused("request_invalid", "Name types of entries or a license type, not both.")
    return EntrySearch(
        company=company,
        project=None if project is None else project_of(project),
        device=None if device is None else serial_of(device),
        types=wanted,
        license_type=license_type,
    )


WantedEntries = Annotated[EntrySearch, Depends(_search)]


STREAM = "/v1/entries/stream"
"""A path of its own, not another form of the list: a stream has its own bounds of time and number, which go by path."""

_places = Places()
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the sequence, `event` is `entry`, `data` an entry as the list has "
        "it. Comments keep the connection open.",
        "content": {
            MEDIA_TYPE: {"schema": {"type": "string"}, "example": "id: 1174\nevent: entry\ndata: {...}\n\n"},
        },
    }
}


@router.get("", dependencies=[Reached])
async def list_entries(
    services: TheServices,
    caller: TheCaller,
    wanted: WantedEntries,
    after: Annotated[
        int | None, Query(ge=0, le=MAX_SEQUENCE, description="Only entries behind this one, in the order asked for.")
    ] = None,
    order: OrderOfEntries = "oldest_first",
    limit: Limit = PAGE_ROWS,
) -> EntriesView:
    """Every entry that concerns what the caller sees, with what it moved there: the feed to follow a ledger by.

    Staff reads all; an administrator what concerns the company; others, and an administrator besides, what concerns
    projects that they have rights in. `GET /v1/entries/stream` tells the same as it happens.
    """
    newest_first = order == "newest_first"
    if after and not newest_first:
        await require_entry(services, caller.account, after)
    asked = replace(wanted, newest_first=newest_first)
    page = require_found(await services.queries.entries(caller.viewer, asked, after, limit), _unknown(wanted))
    if page.more or (newest_first and page.rows):
        following = page.rows[-1].sequence
    else:
        following = after or 0 if newest_first else max(after or 0, page.position)
    return EntriesView(items=list(page.rows), next=following, more=page.more, as_of=page.position)


@router.get("/stream", dependencies=[Reached], response_class=Response, responses=_EVENTS)
async def stream_entries(
    request: Request,
    services: TheServices,
    caller: TheCaller,
    wanted: WantedEntries,
    is_head: IsHead,
    after: Annotated[
        int | None, Query(ge=0, le=MAX_SEQUENCE, description="Only entries behind this one; absent, what is to come.")
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=MAX_SEQUENCE, description="Where a stream broke off; counts before `after`.")
    ] = None,
) -> Response:
    """The feed as it happens, oldest first, as server-sent events.

    It ends when the token expires, when the caller may not see what it named any more, and when the service stops: a
    client connects again with `Last-Event-ID`, as browsers do by themselves, and misses nothing.
    """
    start = after if last_event_id is None else last_event_id
    if start is None:
        start = await services.queries.position()
    elif start:
        await require_entry(services, caller.account, start)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if is_head:
        await _first(services, caller, wanted, start)
        return Response(media_type=MEDIA_TYPE, headers=headers)
    pieces = _pieces(services, caller, wanted, start, request)
    return await streamed(pieces, media_type=MEDIA_TYPE, headers=headers)


async def _pieces(
    services: Services, caller: LedgerCaller, wanted: EntrySearch, start: int, request: Request
) -> AsyncGenerator[bytes]:
    gone: asyncio.Event = getattr(request.state, SENT_ALL, None) or asyncio.Event()
    with _places.place(caller):
        first = await _first(services, caller, wanted, start)
        events = entry_events(services, caller, wanted, first, gone.is_set)
        async with aclosing(until(events, gone)) as events:
            async for piece in events:
                yield piece


async def _first(services: Services, caller: LedgerCaller, wanted: EntrySearch, start: int) -> EntryPage:
    return require_found(await services.queries.entries(caller.viewer, wanted, start, PAGE_ENTRIES), _unknown(wanted))


def _unknown(wanted: EntrySearch) -> str:
    """What to say where nothing of it may be seen."""
    if wanted.device is not None:
        return "device_unknown"
    return "project_unknown" if wanted.project is not None else "company_unknown"
