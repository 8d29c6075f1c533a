"""Rows: what an entry leaves in the read side, as each family states it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from contracts.events import Event
from contracts.log.entries import Entry

Row = tuple[object, ...]
"""A NamedTuple whose fields are the columns of its table."""
Rows = Iterable[Row]
RowsOf = Callable[[Entry[Any]], Rows]
"""States the rows of an entry of one type of event, from the entry alone: whatever needs a state is in `fold`."""
RowsByEvent = Mapping[type[Event], RowsOf]


class Gone(NamedTuple):
    """The rows of this kind whose key begins like this are no more."""

    kind: type[Row]
    key: tuple[str, ...]


def at(entry: Entry[Event]) -> tuple[int, datetime]:
    """Where an entry stands: the last two columns of most rows."""
    return entry.sequence, entry.time
