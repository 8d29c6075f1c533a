"""Where the texts of staff lie beside the log: kept before their command is sent, erased on demand (ADR 20)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer

ERASED = "erased"
"""What a view shows in place of a text that was erased."""


class StaffTextView(View):
    """A text of staff, and with what its digest can be checked."""

    member: str = Field(examples=["reason"])
    digest: str = Field(description="What the entry holds in this member.")
    text: str | None = Field(description="Null when it was erased.")
    salt: str | None = Field(description="In hex; null when the text was erased.")
    erased: datetime | None
    erased_by: str | None = Field(description="The account that erased it.")


class EntryTextsView(View):
    """The texts of staff that an entry names by digest; empty for an older entry, which holds its texts itself."""

    sequence: int
    texts: list[StaffTextView]


class KeptText(NamedTuple):
    """A text and what stands for it; the salt of a text that was erased is gone."""

    digest: str
    salt: bytes | None
    text: str


KeptTexts = Mapping[str, KeptText]
"""Those of one command, by member."""


class StaffTexts(Protocol):
    """Keeps the texts of one ledger's commands."""

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        """Each text with its digest, durable before this returns; raises Trouble.

        The same text of the same command has the same digest again. A command whose text was erased keeps that digest.
        """
        ...

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        """The command became an entry: these texts stay until they are erased.

        Those that another request with this command has discarded in the meantime come back.
        """
        ...

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        """The command was refused: those of these texts go that no entry names."""
        ...

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """None where there is no such entry; raises NoRight for all but the vendor's staff."""
        ...

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """Take the texts and salts of an entry away; the digests and the entry stay. Otherwise as `of_entry`."""
        ...
