"""How a route answers from the read side: as new as asked for, in pages, with an ETag."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from ledger.application.queries.devices import DeviceView
from ledger.application.queries.pagination import Page
from ledger.entrypoints.api.dependencies import Services, TheServices
from ledger.entrypoints.api.http.authentication import Caller
from ledger.entrypoints.api.http.problems import Refused

SEQUENCE_SECONDS = 5.0
"""How long a query waits for the entry it asks for; the projector is milliseconds behind."""
PAGE_ROWS, MAX_PAGE_ROWS = 50, 200
MAX_CURSOR_CHARACTERS = 100

T = TypeVar("T")


async def _reached(
    services: TheServices,
    at_least: Annotated[
        int | None,
        Query(
            ge=1, le=MAX_SEQUENCE, description="Answer only from this entry of the ledger on; waits up to 5 s for it."
        ),
    ] = None,
) -> None:
    if at_least and not await reaches(services, at_least, seconds=SEQUENCE_SECONDS):
        reached = await services.queries.position()
        raise Refused("sequence_not_reached", extras={"at_least": at_least, "reached": reached})


async def reaches(services: Services, sequence: int, *, seconds: float) -> bool:
    """Whether the read side has come to this entry in time."""

    async def holds() -> bool:
        return await services.queries.position() >= sequence

    return await services.waiter.until(holds, seconds=seconds)


Reached = Depends(_reached)
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_ROWS)]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR_CHARACTERS, description="`next` of the page before.")]


class PageView(BaseModel, Generic[T]):
    """Some rows in order; `next` is the cursor of the following page, or null on the last one."""

    items: list[T]
    next: str | None = Field(description="Opaque; give it back as `cursor`.")


def paged(page: Page[T], mark: Callable[[T], str]) -> PageView[T]:
    """A page with its cursor, which stands after the last row."""
    following = _seal(mark(page.rows[-1])) if page.more else None
    return PageView(items=list(page.rows), next=following)


def after(cursor: str | None, first: str) -> str:
    """What a cursor stands after; raises Refused for one that we did not make."""
    if cursor is None:
        return first
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        raise bad_cursor() from None


def after_numbers(cursor: str | None, count: int) -> tuple[int, ...]:
    """The numbers in a cursor."""
    parts = after(cursor, ".".join(["0"] * count)).split(".")
    if len(parts) != count or not all(part.isdecimal() and len(part) <= 10 for part in parts):
        raise bad_cursor()
    numbers = tuple(int(part) for part in parts)
    if max(numbers) > MAX_SEQUENCE:
        raise bad_cursor()
    return numbers


def after_text(cursor: str | None, first: str = "") -> str:
    """The text in a cursor, as the database takes it."""
    text = after(cursor, first)
    if "\x00" in text:
        raise bad_cursor()
    return text


def bad_cursor() -> Refused:
    return Refused("request_invalid", "The cursor is not one that a page gave; start without one.")


def found(view: T | None, code: str) -> T:
    """The view, or the refusal that also hides what is not the caller's."""
    if view is None:
        raise Refused(code)
    return view


async def device_there(services: Services, caller: Caller, serial: str) -> DeviceView:
    """The device, or the refusal that says why there is none: replaced, where the caller may know that."""
    view = await services.queries.device(caller.viewer, serial)
    if view is not None:
        return view
    await refuse_replaced(services, caller, serial)
    raise Refused("device_unknown")


async def device_then(services: Services, caller: Caller, serial: str, sequence: int) -> DeviceView:
    """The device as of an entry, or why there was none then."""
    view = await services.queries.device_as_of(caller.viewer, serial, sequence)
    if view is not None:
        return view
    await refuse_replaced(services, caller, serial, sequence)
    raise Refused("device_unknown")


async def refuse_replaced(services: Services, caller: Caller, serial: str, until: int = MAX_SEQUENCE) -> None:
    """The refusal of a device that another one stands in for, by this entry, where the caller may know that."""
    done = await services.staff.replacement(caller.viewer, serial)
    if done is not None and done.sequence <= until:
        raise Refused("device_replaced", extras={"replacement": done.replacement, "entries": [done.sequence]})


async def _known(
    if_none_match: Annotated[
        str, Header(description="The ETag of an earlier answer; 304 if it is still the same.")
    ] = "",
) -> str:
    return if_none_match


Known = Annotated[str, Depends(_known)]
"""The ETags that the client has already."""


def etagged(known: Known, view: BaseModel) -> Response:
    """The view as JSON, or 304 if the caller has it already."""
    content = view.model_dump_json().encode()
    return unchanged_or(known, hashlib.sha256(content).hexdigest()[:32], content, "application/json")


def unchanged_or(
    known: Known, tag: str, content: bytes, media_type: str, more: dict[str, str] | None = None
) -> Response:
    """`content`, or 304 without it when If-None-Match names its tag."""
    head = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", **(more or {})}
    if matches(known, tag):
        return Response(status_code=304, headers=head)
    return Response(content, media_type=media_type, headers=head)


def matches(known: Known, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in (f'"{tag}"', "*") for one in known.split(","))


def _seal(mark: str) -> str:
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")
