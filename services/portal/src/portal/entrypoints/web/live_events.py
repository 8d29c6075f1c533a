"""What happens elsewhere, told to a page that is open: server-sent events, with the rights of the person's session.

The browser never sees a token: the portal listens in its name, and passes on what an entry is called.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from portal.adapters.entry_stream import Told, Unseen
from portal.application.accounts import Session
from portal.entrypoints.web.dependencies import Services
from portal.entrypoints.web.formats import in_pairs
from portal.entrypoints.web.sentences import sentence
from portal.entrypoints.web.words import Words
from runtime.logs import get_logger
from runtime.trouble import Trouble
from runtime.web.streaming import until

MEDIA_TYPE = "text/event-stream"
MOST_OF_ACCOUNT, MOST = 4, 200
"""Pages that one person, and that all people at this process, listen with: the API has five for an account."""
LIFE = timedelta(minutes=10)
"""Then the browser connects again by itself."""
LOOK = timedelta(seconds=5)
"""How often the session is looked at while only the ledger moves on; before each entry it is, anyway."""
PAUSE_SECONDS = 2.0
"""From a stream that broke off to the next attempt."""
STAND_SECONDS = 1.0
"""How often a page hears that the ledger has moved on without it."""
RETRY_MILLISECONDS = 3_000
ENDED, AWAY, ALIVE = b"event: ended\ndata:\n\n", b"event: away\ndata:\n\n", b": alive\n\n"
"""Nothing follows, as the session or a right has ended; the ledger does not respond for now; a sign of life."""

_log = get_logger("portal.live")


class NoPlace(Exception):  # noqa: N818 - states the world
    """Too many pages listen at the same time, of this person or of all."""


class Places:
    """The streams that are open, by account."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, account: str) -> Generator[None]:
        """A place for one more; raises NoPlace if there is none."""
        if self._taken[account] >= MOST_OF_ACCOUNT or self._taken.total() >= MOST:
            raise NoPlace
        self._taken[account] += 1
        try:
            yield
        finally:
            self._taken[account] -= 1
            self._taken += Counter()  # those of nobody go


@dataclass(frozen=True, slots=True)
class Listener:
    """A page that is open: who looks at it, acting for which company, and what it is about."""

    services: Services
    session: Session
    company: str
    about: Mapping[str, str]
    words: Words

    def events(self, after: int, gone: asyncio.Event) -> AsyncGenerator[bytes]:
        """What happens behind an entry, until the browser is gone, the session ends or this process stops."""
        return until(self._told(after), gone, self.services.stopping)

    async def _told(self, after: int) -> AsyncGenerator[bytes]:
        clock = self.services.clock
        began = clock()
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        while clock() - began < LIFE:
            connected = clock()
            try:
                async with aclosing(self._until_the_token_ends(after)) as stream:
                    async for reached, piece in stream:
                        after = max(after, reached)
                        yield piece
            except Unseen:
                yield ENDED
                return
            except Trouble as trouble:
                _log.warning("live_away", reason=str(trouble))
                yield AWAY
            if (clock() - connected).total_seconds() < PAUSE_SECONDS:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _until_the_token_ends(self, after: int) -> AsyncGenerator[tuple[int, bytes]]:
        """Events with the entry up to which all is told; raises Unseen and Trouble."""
        await self._require_session()
        looked, stood = self.services.clock(), -STAND_SECONDS
        account = self.session.account.account
        async with aclosing(self.services.streams.listen(account, self.company, after, self.about)) as stream:
            async for told in stream:
                if told.entry is not None or self.services.clock() - looked >= LOOK:
                    await self._require_session()
                    looked = self.services.clock()
                if told.entry is None and told.sequence is not None:
                    if (now := asyncio.get_running_loop().time()) - stood < STAND_SECONDS:
                        continue
                    stood = now
                yield told.sequence or 0, self._event(told)

    async def _require_session(self) -> None:
        """Raises Unseen once the session, or the account, has ended, or acts for another company."""
        session = await self.services.sessions.look(self.session.cookie, self.services.clock())
        if session is None or session.company != self.company:
            raise Unseen

    def _event(self, told: Told) -> bytes:
        if told.entry is not None:
            said, serials = sentence(told.entry, self.words), told.entry["serials"]
            if len(serials) == 1:
                said = f"{said}: {in_pairs(serials[0])}"
            data = json.dumps({"entry": told.entry["sequence"], "said": said})
            return f"id: {told.entry['sequence']}\nevent: entry\ndata: {data}\n\n".encode()
        if told.sequence is not None:
            return f"id: {told.sequence}\nevent: stand\ndata: {told.sequence}\n\n".encode()
        return ALIVE
