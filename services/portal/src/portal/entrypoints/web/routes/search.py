"""Search: one field at the head of every page, and what it finds."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.codes.code_hint import hint_of
from portal.entrypoints.web import case_words
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.pages import see
from portal.entrypoints.web.searching import MOST_TYPED, key_named_by, search

router = APIRouter()


@router.get("/search")
async def search_page(request: Request, visit: TheVisit, services: TheServices, q: str = "") -> Response:
    """What has this name or number, kind by kind. A whole key goes on by its hint, so that it stays in no address."""
    text = " ".join("".join(one if one.isprintable() else " " for one in q).split())
    if digest := key_named_by(text):
        return see(f"/search?{urlencode({'q': hint_of(digest)})}")
    is_too_long = len(text) > MOST_TYPED
    results = await search(visit, services.accounts, text) if text and not is_too_long else None
    return services.pages.page(
        request,
        "search.html",
        q=text,
        results=results,
        is_too_long=is_too_long,
        labels=await labels_of(visit.api, results.devices_of_cases if results else ()),
        words=case_words,
    )
