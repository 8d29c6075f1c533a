"""A service that knows no license: the books of a company, behind all that runtime.web has."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import ASGIApp

from contracts.refusals import REFUSALS, Refusal
from runtime.tokens import Tokens
from runtime.web.application import Api, application
from runtime.web.authentication import AuthenticatedCaller
from runtime.web.concurrency_slots import ConcurrencySlots, Standing
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.content_negotiation import negotiate
from runtime.web.gateway import Gateway
from runtime.web.idempotency import IdempotencyKey
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, paged
from runtime.web.problems import CODES, Problems, Refused, require_found
from runtime.web.request_metrics import RequestMetrics

TITLE = r"^[A-Z][A-Za-z ]{0,39}$"
FORMS = {"json": "application/json", "text": "text/plain"}
ROWS = {code: REFUSALS[code] for code in CODES | {"idempotency_key_missing", "not_acceptable"}}
PROBLEMS = Problems(ROWS | {"book_unknown": Refusal("book_unknown", 404, "There is no such book.", "B1")})
METRICS, SLOTS = RequestMetrics("bookshelf"), ConcurrencySlots(1, what="shelves")
SHELVES: dict[str, dict[str, "Book"]] = {}
router = APIRouter(prefix="/v1/books", tags=["books"])


class Book(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    title: Annotated[str, Field(pattern=TITLE)]
    pages: Annotated[int, Field(ge=1)]


class Books(NamedTuple):
    rows: list[Book]
    more: bool


@router.post("", status_code=201)
async def add_book(body: Book, caller: AuthenticatedCaller, _: IdempotencyKey) -> Book:
    return SHELVES.setdefault(caller.company, {}).setdefault(body.title, body)


@router.get("")
async def list_books(caller: AuthenticatedCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS) -> PageView[Book]:
    start = after_text(cursor)
    books = [book for title, book in sorted(SHELVES.get(caller.company, {}).items()) if title > start]
    async with SLOTS.slot(caller, standing=member):
        return paged(Books(books[:limit], len(books) > limit), lambda book: book.title)


@router.get("/{title}", response_model=Book)
async def get_book(
    title: str, caller: AuthenticatedCaller, known: IfNoneMatch, accept: Annotated[str, Header()] = ""
) -> Response:
    book = require_found(SHELVES.get(caller.company, {}).get(title), "book_unknown")
    match negotiate(accept, FORMS):
        case "json":
            return etag_response(known, book)
        case "text":
            return Response(book.title, media_type=FORMS["text"])
        case _:
            raise Refused("not_acceptable")


async def member() -> Standing:
    return Standing.MEMBER


def build(tokens: Tokens, clock: Callable[[], datetime]) -> ASGIApp:
    """The whole service."""
    api = Api(
        title="Bookshelf",
        version="1.0.0",
        description="Books.",
        routers=[router],
        problems=PROBLEMS,
        examples={"title": "Emma", "next": "RW1tYQ"},
        forms={TITLE: "a title that begins with a capital"},
        route_refusals={
            "add_book": frozenset({"idempotency_key_missing"}),
            "list_books": frozenset[str](),
            "get_book": frozenset({"book_unknown", "not_acceptable"}),
        },
    )
    return Gateway(application(api), area="licenses", tokens=tokens, problems=PROBLEMS, metrics=METRICS, clock=clock)
