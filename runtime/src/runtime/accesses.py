"""The data access log: what the vendor's staff reads of companies is recorded before it is told (rule X14, ADR 42)."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

from runtime.logs import get_logger
from runtime.pages import Page
from runtime.settings import ProcessSettings
from runtime.trouble import Trouble

RETENTION_DAYS = 365
"""So long «who looked at this» has an answer; what is older says little, and is about people."""
MIN_RETENTION_DAYS = 30
"""The database lets no service delete a record that is younger."""
SWEEP_SECONDS = 3600.0
"""How often it is looked for records that are old enough; each is kept for a month at least."""

_log = get_logger("runtime.accesses")

Thing = Literal["company", "project", "device", "case"]
"""What an access is about, where it is about one."""
About = Literal["account", Thing]
"""What accesses are found by: who read, or what."""


@dataclass(frozen=True, slots=True)
class Access:
    """One request that read: which operation, and what its path and its query named.

    `request_id` is the correlation id of the request, which a page shares among all that it asks for.
    """

    account: str
    operation: str
    request_id: str
    asked: Mapping[str, str]
    things: Mapping[Thing, str]


class AccessView(BaseModel):
    """A read of the vendor's staff."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(examples=[48210])
    time: datetime
    account: str = Field(
        description="Who read; an opaque id, also once the account is erased.",
        examples=["9a0b6f4e-1c2d-4e3f-8a5b-6c7d8e9f0a1b"],
    )
    operation: str = Field(description="The operation of this API.", examples=["get_project"])
    asked: dict[str, str] = Field(
        description="What its path and its query named; a search has what was searched for.",
        examples=[{"project": "6f1d3c52-8a0e-4a55-9b1e-0d2c7f3b9a10"}],
    )
    company: str | None = Field(
        description="Whose data it was, if it was of one company.", examples=["3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"]
    )
    project: str | None = Field(examples=["6f1d3c52-8a0e-4a55-9b1e-0d2c7f3b9a10"])
    device: str | None = Field(examples=["009033010203"])
    case: str | None = Field(description="The number of a case.", examples=["RMA-2026-000117"])
    request_id: str = Field(
        description="The request's X-Correlation-Id; all that one page asks for has the same.",
        examples=["4bf92f3577b34da6a3ce929d0e0e4736"],
    )


class AccessSearch(NamedTuple):
    """Of whom, or about what; all without. From `since` on, and before `until`."""

    by: tuple[About, str] | None = None
    since: datetime | None = None
    until: datetime | None = None


class AccessPlace(NamedTuple):
    """A place in the order of accesses."""

    time: datetime
    number: int


class RecordsAccesses(Protocol):
    """Records accesses."""

    async def record(self, access: Access) -> None:
        """It is durable before this returns; raises Trouble."""
        ...


class Accesses(RecordsAccesses, Protocol):
    """Records accesses, and tells of them; raises Trouble."""

    async def page(self, wanted: AccessSearch, before: AccessPlace | None, limit: int) -> Page[AccessView]:
        """Some of them, the newest first, before a place."""
        ...

    async def sweep(self) -> int:
        """Take some of those away that have been kept for long enough; how many went."""
        ...


class WithAccessLog(ProcessSettings):
    """`access_retention_days` is how long a record of what staff has read is kept."""

    access_retention_days: Annotated[int, Field(ge=MIN_RETENTION_DAYS)] = RETENTION_DAYS


async def keep_swept(accesses: Accesses) -> None:
    """Now and then, take away what has been kept for long enough."""
    while True:
        try:
            if swept := await accesses.sweep():
                _log.info("accesses_swept", accesses=swept)
        except Trouble as trouble:
            _log.warning("sweep_waits", reason=str(trouble))
        await asyncio.sleep(SWEEP_SECONDS)


@dataclass(slots=True)
class Reading:
    """What is known of the request at hand: whether any of it was read by the rights of the vendor's staff."""

    by_staff: bool = False


_READING: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading() -> Generator[Reading]:
    """What is read within it is noted in one place, whichever task of the request reads."""
    begun = Reading()
    token = _READING.set(begun)
    try:
        yield begun
    finally:
        _READING.reset(token)


def read_by_staff() -> None:
    """Say that what follows is read by the rights of staff; whoever tells staff from others calls it."""
    if (begun := _READING.get()) is not None:
        begun.by_staff = True
