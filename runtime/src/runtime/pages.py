"""One page of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Start(NamedTuple):
    """Where a page begins in a list that is in the order of entries: behind entry `after`, up or down."""

    after: int = 0
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and whether there are more."""

    rows: tuple[T, ...]
    more: bool


def one_page(rows: Iterable[T], limit: int) -> Page[T]:
    """The first `limit` rows of one more than was asked for."""
    found = tuple(rows)
    return Page(found[:limit], more=len(found) > limit)
