"""Entries as server-sent events (HTML, section 9.2): told as they come, for as long as somebody listens.

Each page is read with the rights of its moment, so what is revoked is not told any more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager

from ledger.application.queries.history import EntryPage, EntrySearch
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.denied import NoRight
from runtime.logs import get_logger
from runtime.trouble import Trouble
from runtime.web.problems import BUSY_SECONDS, Refused

MEDIA_TYPE = "text/event-stream"
MAX_STREAMS, MAX_STREAMS_OF_COMPANY, MAX_STREAMS_OF_ACCOUNT = 200, 50, 5
"""At the same time in this process: each holds a connection, and asks the database after each change of the rows."""
PAGE_ENTRIES = 50
HEARTBEAT_SECONDS = 15.0
"""A comment that often keeps proxies, which close what is silent for 30 s and more, from closing the connection."""
PAUSE_SECONDS = 0.25
"""From one look at the rows to the next: a busy ledger changes them many times a second."""
RETRY_MILLISECONDS = 2_000
"""How long a browser waits before it connects again."""

_log = get_logger("ledger.entry_stream")


class Places:
    """The streams that are open, by who listens."""

    def __init__(self) -> None:
        self._of_account: Counter[str] = Counter()
        self._of_company: Counter[str] = Counter()

    @contextmanager
    def place(self, caller: LedgerCaller) -> Generator[None]:
        """A place for one more; raises Refused if there is none."""
        if self._of_account[caller.account] >= MAX_STREAMS_OF_ACCOUNT:
            raise _busy(f"An account listens to {MAX_STREAMS_OF_ACCOUNT} streams at a time; close one.")
        if self._of_company[caller.company] >= MAX_STREAMS_OF_COMPANY or self._of_company.total() >= MAX_STREAMS:
            raise _busy("Too many streams are open; try again later.")
        self._of_account[caller.account] += 1
        self._of_company[caller.company] += 1
        try:
            yield
        finally:
            for taken, who in ((self._of_account, caller.account), (self._of_company, caller.company)):
                taken[who] -= 1
                taken += Counter()  # those of nobody go


def _busy(detail: str) -> Refused:
    return Refused("busy", detail, retry_after_seconds=BUSY_SECONDS)


async def entry_events(
    services: Services, caller: LedgerCaller, wanted: EntrySearch, first: EntryPage, is_gone: Callable[[], bool]
) -> AsyncGenerator[bytes]:
    """The entries of a page and all that follow, until the client is gone, its token expires or the process stops.

    Ends as well where the viewer may not see what it listens to any more, or the rows are away: who connects again is
    told why.
    """

    def is_over() -> bool:
        return is_gone() or services.stopping.is_set() or services.clock().timestamp() >= caller.expires

    page, after = first, told_until(first)
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode() + _events(page)
    while not is_over():
        if not page.more:
            await asyncio.sleep(PAUSE_SECONDS)
        try:
            if not page.more and not await _moves(services, after, is_over):
                yield b": alive\n\n"
                continue
            following = await services.queries.entries(caller.viewer, wanted, after, PAGE_ENTRIES)
        except NoRight:
            return
        except Trouble as trouble:
            _log.warning("entry_stream_ends", reason=str(trouble))
            return
        if following is None:
            return
        page, after = following, max(after, told_until(following))
        yield _events(page)


async def _moves(services: Services, after: int, is_over: Callable[[], bool]) -> bool:
    """Whether the rows go on behind an entry before a sign of life is due."""

    async def holds() -> bool:
        return is_over() or await services.queries.position() > after

    return await services.waiter.until(holds, seconds=HEARTBEAT_SECONDS) and not is_over()


def told_until(page: EntryPage) -> int:
    """The entry up to which all is told by a page, oldest first."""
    return page.rows[-1].sequence if page.more else page.position


def _events(page: EntryPage) -> bytes:
    """Each entry as an event; then the id from which to go on, which a browser keeps without telling anybody."""
    told = [f"id: {one.sequence}\nevent: entry\ndata: {one.model_dump_json()}\n\n" for one in page.rows]
    return "".join([*told, f"id: {told_until(page)}\n\n"]).encode()
