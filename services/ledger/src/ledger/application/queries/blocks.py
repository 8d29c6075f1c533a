"""Queries of blocks, and how a block shows in other views."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start

ASK = "the vendor's staff"
"""Who can say why something is blocked."""


class BlockedView(View):
    """A block that holds. Its reason is told to the company's administrators, by GET /v1/blocks, and to staff."""

    subject: str = Field(
        description="What is blocked.",
        examples=["devices/009033010203", "companies/3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"],
    )
    since: datetime
    sequence: int = Field(description="The entry that blocked it; name it when you ask.")
    ask: str = Field(default=ASK, description="Who can say why, and let it go on.")


Blocked = Annotated[BlockedView | None, Field(description="The block that stops it now, or null.")]


class BlockView(View):
    subject: str = Field(examples=["devices/009033010203"])
    reason: str
    reference: str
    sequence: int = Field(description="The entry that blocked it.")
    blocked: datetime
    lifted_reason: str | None
    lifted_reference: str | None
    lifted_sequence: int | None = Field(description="The entry that unblocked it, or null while the block holds.")
    lifted: datetime | None


class BlockQueries(Protocol):
    """Raises Trouble."""

    async def blocks(self, viewer: Viewer, start: Start, limit: int, *, only_holding: bool) -> Page[BlockView]:
        """Staff sees all; a company's administrators see its own and those of its devices."""
        ...
