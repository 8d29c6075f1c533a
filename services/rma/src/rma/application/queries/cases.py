"""Queries of cases. Each answer holds only what the caller sees, and comes from one snapshot."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.rma.cases import State
from rma.application.queries.sight import Sight
from rma.application.queries.views import CaseView, EntitlementView, EntryView, SummaryView
from runtime.pages import Page, Start
from runtime.positions import Positions
from runtime.set_aside import LogStopView
from runtime.staff_texts import EntryTextsView


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """Which cases are wanted; None and empty parts leave that open. `serial` is a part of one."""

    rma: str | None = None
    serial: str = ""
    company: str | None = None
    project: str | None = None
    reference: str | None = None
    state: State | None = None
    open: bool | None = None
    owed: bool | None = None
    filed_before: date | None = None


class CaseQueries(Positions, Protocol):
    """None for what is absent or hidden. Raises NoRight where the caller may know why, and Trouble."""

    async def filed_by(self, sequence: int) -> str | None:
        """The number of the case that an entry filed."""
        ...

    async def case(self, sight: Sight, rma: str, until: int | None, today: date) -> CaseView | None:
        """A case as it is now, with what may be done today, or as it was after the entry `until`."""
        ...

    async def command_of_entry(self, sequence: int) -> str | None:
        """The id of the command that became this entry."""
        ...

    async def texts_of_entry(self, sequence: int) -> EntryTextsView | None:
        """The texts that an entry names by digest."""
        ...

    async def command_of(self, rma: str) -> str | None:
        """The id of the command that filed the case."""
        ...

    async def project_of(self, sight: Sight, rma: str) -> str | None:
        """The project of a case that the caller sees."""
        ...

    async def sees(self, sight: Sight, rma: str) -> bool:
        """Whether the caller sees the case."""
        ...

    async def find(self, sight: Sight, wanted: CaseSearch, start: Start, limit: int, today: date) -> Page[SummaryView]:
        """In the order of filing."""
        ...

    async def history(self, sight: Sight, rma: str, after: int, limit: int) -> Page[EntryView] | None: ...

    async def stop(self) -> LogStopView:
        """Where the rows are stopped. For the vendor's staff."""
        ...

    async def entitlement(self, sight: Sight, company: str, today: date) -> EntitlementView | None:
        """For administrators of the company and for staff."""
        ...
