"""What happens elsewhere, for a page that is open."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from portal.entrypoints.web.dependencies import LIVE, TheServices, TheVisit
from portal.entrypoints.web.live_events import MEDIA_TYPE, Listener, NoPlace, Places
from portal.entrypoints.web.pages import words_for
from runtime.web.http_protocol import SENT_ALL
from runtime.web.streaming import streamed

Sequence = Annotated[int, Query(ge=0, le=MAX_SEQUENCE)]
LastEventId = Annotated[int | None, Header(ge=0, le=MAX_SEQUENCE)]
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter()
_places = Places()


@router.get(LIVE)
async def live(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    after: Sequence,
    last_event_id: LastEventId = None,
    project: str = "",
    device: str = "",
) -> Response:
    """Entries behind `after`, or where a stream broke off, about a project, a device, or all that the visitor sees."""
    about = {name: said for name, said in (("project", project), ("device", device)) if said}
    listener = Listener(services, visit.session, visit.company, about, words_for(request))
    start = after if last_event_id is None else last_event_id
    gone: asyncio.Event = getattr(request.state, SENT_ALL, None) or asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes]:
        with _places.place(visit.session.account.account):
            async with aclosing(listener.events(start, gone)) as events:
                async for piece in events:
                    yield piece

    try:
        return await streamed(pieces(), media_type=MEDIA_TYPE, headers=HEADERS)
    except NoPlace:
        return Response(status_code=204)  # what a browser takes for: do not ask again by yourself
