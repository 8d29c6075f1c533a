"""Pages of rows, each with the cursor of the next one.

A cursor belongs to the order of its list: with another order it is refused, as any cursor that no page gave.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, Protocol, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from runtime.pages import Start
from runtime.web.problems import Refused

PAGE_ROWS, MAX_PAGE_ROWS = 50, 200
MAX_CURSOR_CHARACTERS = 1000
"""A place in an order of names has 80 characters of up to four bytes, some of which are three in small letters."""
MAX_NUMBER = 2**31 - 1
"""Of a number in a cursor: the database compares it with an integer column."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


EntryOrder = Literal["oldest_first", "newest_first"]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_ROWS)]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR_CHARACTERS, description="`next` of the page before.")]


class Rows(Protocol[T_co]):
    """Rows as a query gives them, and whether more follow."""

    @property
    def rows(self) -> Sequence[T_co]: ...
    @property
    def more(self) -> bool: ...


class PageView(BaseModel, Generic[T]):
    """Some rows in order; `next` is the cursor of the following page, or null on the last one."""

    items: list[T]
    next: str | None = Field(description="Opaque; give it back as `cursor`.")


def paged(page: Rows[T], mark: Callable[[T], str], order: str = "") -> PageView[T]:
    """A page with its cursor, which stands after the last row; of a list with several orders, it names its own."""
    named = f"{order}." if order else ""
    following = named + _seal(mark(page.rows[-1])) if page.more else None
    return PageView(items=list(page.rows), next=following)


def kept(page: PageView[T], is_shown: Callable[[T], bool]) -> PageView[T]:
    """A page without the rows that are not shown; its cursor stands after the last row that was looked at."""
    return PageView(items=[one for one in page.items if is_shown(one)], next=page.next)


def in_order(cursor: str | None, order: str) -> str | None:
    """A cursor without the name of its order; raises Refused for one of another order."""
    if cursor is None:
        return None
    named, _, rest = cursor.partition(".")
    if named != order:
        raise bad_cursor()
    return rest


def after(cursor: str | None, first: str) -> str:
    """The mark of the row that a cursor stands after; raises Refused for a cursor that we did not make."""
    if cursor is None:
        return first
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("utf-8")
    except (ValueError, binascii.Error):
        raise bad_cursor() from None


def after_numbers(cursor: str | None, count: int) -> tuple[int, ...]:
    """The numbers in a cursor."""
    parts = after(cursor, ".".join(["0"] * count)).split(".")
    if len(parts) != count or not all(part.isdecimal() and len(part) <= 10 for part in parts):
        raise bad_cursor()
    numbers = tuple(int(part) for part in parts)
    if max(numbers) > MAX_NUMBER:
        raise bad_cursor()
    return numbers


def after_text(cursor: str | None, first: str = "") -> str:
    """The text in a cursor; raises Refused for a NUL, which the database rejects."""
    text = after(cursor, first)
    if "\x00" in text:
        raise bad_cursor()
    return text


def after_number_and_text(cursor: str | None) -> tuple[int, str]:
    """The number and the text in a cursor."""
    number, _, text = after_text(cursor, "0.").partition(".")
    if not (number.isdecimal() and len(number) <= 10 and int(number) <= MAX_NUMBER):
        raise bad_cursor()
    return int(number), text


@dataclass(frozen=True, slots=True)
class EntryWalk:
    """How a list in the order of entries is asked for: from which end, and where its page begins."""

    order: EntryOrder
    start: Start

    def paged(self, page: Rows[T], sequence: Callable[[T], int | None]) -> PageView[T]:
        """A page with its cursor, behind the entry of its last row."""
        return paged(page, lambda row: str(sequence(row)), self.order)


def entry_walk(order: EntryOrder, cursor: str | None) -> EntryWalk:
    """The walk from where the cursor stands, or from the end at which the order begins; raises Refused."""
    newest_first, behind = order == "newest_first", in_order(cursor, order)
    if behind is None:
        return EntryWalk(order, Start(MAX_NUMBER if newest_first else 0, newest_first))
    (number,) = after_numbers(behind, 1)
    return EntryWalk(order, Start(number, newest_first))


OrderOfEntries = Annotated[EntryOrder, Query(description="Where it begins, in the order of entries.")]


async def _in_order_of_entries(order: OrderOfEntries = "oldest_first", cursor: Cursor = None) -> EntryWalk:
    return entry_walk(order, cursor)


InOrderOfEntries = Annotated[EntryWalk, Depends(_in_order_of_entries)]


def bad_cursor() -> Refused:
    return Refused("request_invalid", "The cursor is not one that a page gave; start without one.")


def _seal(mark: str) -> str:
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")
