"""Where the texts of staff lie beside the log: kept before their command is sent, erased on demand (ADR 20)."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.staff_texts import KeepsTexts


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


class StaffTexts(KeepsTexts, Protocol):
    """Keeps the texts of one ledger's commands, shows them and erases them."""

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """None where there is no such entry; raises NoRight for all but the vendor's staff."""
        ...

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """Take the texts and salts of an entry away; the digests and the entry stay. Otherwise as `of_entry`."""
        ...
