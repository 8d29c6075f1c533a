"""Queries of a stopped ledger."""

from typing import Protocol

from ledger.application.queries.visibility import Viewer
from runtime.set_aside import LogStopView


class StopQueries(Protocol):
    """For the vendor's staff: raises NoRight for all others. Raises Trouble."""

    async def stop(self, viewer: Viewer) -> LogStopView: ...
