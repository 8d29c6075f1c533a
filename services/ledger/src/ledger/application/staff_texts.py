"""Where the texts of staff lie beside the log: kept before their command is sent, erased on demand (ADR 20)."""

from typing import Protocol

from ledger.application.queries.visibility import Viewer
from runtime.staff_texts import EntryTextsView, KeepsTexts


class StaffTexts(KeepsTexts, Protocol):
    """Keeps the texts of one ledger's commands, shows them and erases them."""

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """None where there is no such entry; raises NoRight for all but the vendor's staff."""
        ...

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:
        """Take the texts and salts of an entry away; the digests and the entry stay. Otherwise as `of_entry`."""
        ...
