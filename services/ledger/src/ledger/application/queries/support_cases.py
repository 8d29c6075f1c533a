"""Queries of support and presales cases (rule F9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from pydantic import Field

from contracts.support.cases import CaseKind, CaseState
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from ledger.application.support_cases import Side
from runtime.pages import Page

CaseStates = Literal["open", "waiting_customer", "closed", "all"]
"""Which cases are listed: `open` are all that are neither solved nor closed."""
STATES: dict[CaseStates, tuple[CaseState, ...]] = {
    "open": ("new", "open", "waiting_customer"),
    "waiting_customer": ("waiting_customer",),
    "closed": ("solved", "closed"),
    "all": ("new", "open", "waiting_customer", "solved", "closed"),
}
CaseOrder = Literal["-changed", "changed", "-opened", "opened"]


class SupportCaseView(View):
    """A case of a company; the help desk works it, here it is only watched."""

    number: str = Field(description="The help desk's number of the case.", examples=["CAS-104211"])
    kind: CaseKind
    state: CaseState = Field(description="`waiting_customer`: the vendor waits for an answer of the company.")
    waits_for: Side | None = Field(description="Whose turn it is; null when the case is solved or closed.")
    title: str | None = Field(description="Null until the help desk has sent what was written in the case.")
    company: str
    serial: str | None = Field(description="The device that the case is about.")
    product: str | None = Field(description="The model or product that the case is about.", examples=["IP811"])
    opened: datetime
    changed: datetime
    revision: int = Field(description="Grows with each change of the case.")


class CaseMessageView(View):
    time: datetime
    side: Side = Field(description="Who wrote it: the vendor, or the company whose case it is.")
    text: str


class SupportCaseDetailView(SupportCaseView):
    """A case with its public messages, oldest first."""

    messages: list[CaseMessageView]
    messages_revision: int | None = Field(
        description="The revision that title and messages are of; below `revision` while newer ones are on their way."
    )


class CasePlace(NamedTuple):
    """A case in an order; a page begins behind it."""

    time: datetime
    number: str


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """Which cases are asked for; `part` is of the number, the serial or the title."""

    states: CaseStates = "open"
    kind: CaseKind | None = None
    part: str = ""
    company: str | None = None
    order: CaseOrder = "-changed"


class SupportCaseQueries(Protocol):
    """Raises Trouble."""

    async def support_cases(
        self, viewer: Viewer, wanted: CaseSearch, after: CasePlace | None, limit: int
    ) -> Page[SupportCaseView]:
        """Cases of the viewer's company in the order that is asked for; those of all companies for staff."""
        ...

    async def support_case(self, viewer: Viewer, number: str) -> SupportCaseDetailView | None:
        """One of them with its messages; None where it is absent or hidden."""
        ...
