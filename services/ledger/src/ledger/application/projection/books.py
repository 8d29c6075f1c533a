"""Holds the rows of balances against the movements and the totals that are kept beside them.

Each is written from the same entries on a way of its own. Where they differ, somebody has changed rows, or a way has
a defect: what people see is wrong then, though the ledger is right.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from prometheus_client import Gauge

from runtime.logs import get_logger
from runtime.trouble import Trouble

MOST_LOGGED = 20
"""Of what differs, so much is named in the log."""
_MISMATCHES = Gauge(
    "licensing_projector_balance_mismatches",
    "Balances that differ from movements or totals, when last compared",
    ["ledger"],
)
_log = get_logger("ledger.books")


class Books(Protocol):
    """The rows of one read side; raises Trouble while the database is away."""

    async def differences(self) -> Mapping[int, list[str]]:
        """What differs, by ledger, each as account or owner and license type."""
        ...


async def compare(books: Books, ledgers: int, *, every_seconds: float) -> None:
    """Compare all ledgers now and then, until cancelled."""
    while True:
        try:
            await compare_once(books, ledgers)
        except Trouble as trouble:
            _log.warning("books_not_compared", reason=str(trouble))
        await asyncio.sleep(every_seconds)


async def compare_once(books: Books, ledgers: int) -> None:
    """Show how many balances of each ledger differ; raises Trouble."""
    found = await books.differences()
    for ledger in range(ledgers):
        differ = found.get(ledger, [])
        _MISMATCHES.labels(ledger).set(len(differ))
        if differ:
            _log.error("balances_differ", ledger=ledger, count=len(differ), first=differ[:MOST_LOGGED])
