"""One page of rows."""

from collections.abc import Iterable
from typing import TypeVar

from ledger.application.queries.pagination import Page

T = TypeVar("T")

AFTER_ALL = "g"
"""Sorts behind every hexadecimal digit."""


def one_page(rows: Iterable[T], limit: int) -> Page[T]:
    """The first `limit` rows of one more than was asked for."""
    found = tuple(rows)
    return Page(found[:limit], more=len(found) > limit)
