"""What a page of a list costs, told by the plans of its queries."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from ledger.application.queries.visibility import Viewer
from runtime.pages import Page

LIMIT = 50
PAGE_BUFFERS = 1_700
"""Most pages of 8 KiB that a list of 50 rows, with all that is shown of each, may read; the tables have thousands.

Devices with all that may stand beside them come nearest: 32 for each of them, its label among them.
"""
SPREAD = 8 * LIMIT
"""By how many the last page may differ from the first: rows of neighbouring entries lie together, or do not, and the
planner looks at a random sample of them."""
MAX_SORTED = 4 * LIMIT
"""Rows that may be sorted: those of a few walks that become one page."""
SMALL_TABLES = {"members", "position"}
"""Those that may be read whole."""

QueriesT = TypeVar("QueriesT")
Asking = Awaitable[Page[Any] | None]


class Walk(NamedTuple, Generic[QueriesT]):
    """A list, where it begins, and a cursor that is a page or two before its end."""

    name: str
    ask: Callable[[QueriesT, Viewer, Any], Asking]
    first: Any
    last: Any


@dataclass
class OneConnection:
    """A pool of one connection that remembers what was asked of it."""

    connection: Any
    asked: list[Any] = field(default_factory=list[Any])

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Any]:
        with self.connection.query_logger(self.asked.append):
            yield self.connection

    async def plans(self) -> list[dict[str, Any]]:
        """The plans of all queries since the last time, with what each has read."""
        # The client itself asks the catalog about types that it meets for the first time.
        asked = [one for one in self.asked if "SELECT" in one.query and "pg_catalog" not in one.query]
        self.asked = []
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
        found = [await self.connection.fetchval(explain + one.query, *one.args) for one in asked]
        return [json.loads(one)[0]["Plan"] for one in found]


class Cost(NamedTuple):
    """What a page cost: pages of 8 KiB that were read, tables that were read whole, rows that were sorted."""

    buffers: int
    scanned: set[str]
    sorted: int


async def page_of(pool: OneConnection, asking: Awaitable[Any]) -> Cost:
    """What the queries behind an answer cost, run once more to be told; there must be an answer to say so."""
    assert await asking is not None
    plans = await pool.plans()
    nodes = [node for plan in plans for node in _nodes(plan)]
    sorts = [node["Plans"][0]["Actual Rows"] for node in nodes if node["Node Type"] == "Sort"]
    return Cost(
        buffers=sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans),
        scanned={node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"} - SMALL_TABLES,
        sorted=max(sorts, default=0),
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


async def hold(pool: OneConnection, first: Asking, last: Asking, max_sorted: int = MAX_SORTED) -> None:
    """Both pages walk indexes, and the last one costs what the first does."""
    early, late = await page_of(pool, first), await page_of(pool, last)
    for page in (early, late):
        assert page.scanned == set(), page
        assert page.sorted <= max_sorted, page
        assert page.buffers <= PAGE_BUFFERS, page
    assert abs(late.buffers - early.buffers) <= SPREAD, (early, late)
