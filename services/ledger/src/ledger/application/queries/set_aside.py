"""Queries of a stopped ledger."""

from typing import Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer


class NamedEntryView(View):
    """An entry by its place and the hash of its bytes."""

    sequence: int
    entry_hash: str


class WaitingDecisionView(View):
    """A proposal to set entries aside that waits for a second person."""

    decision: str
    entries: list[NamedEntryView]
    law: str
    reason: str
    reference: str
    proposed_by: str


class StoppedEntryView(NamedEntryView):
    """The entry that cannot be applied, and why."""

    law: str
    sentence: str


class LedgerStopView(View):
    """Where the read side is stopped."""

    stopped: StoppedEntryView | None
    waiting: list[WaitingDecisionView] = Field(description="Behind the stop; of others the history tells.")


class StopQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def stop(self, viewer: Viewer) -> LedgerStopView: ...
