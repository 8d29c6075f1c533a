"""Queries of what accounts hold, and of the movements that made it so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import Field

from contracts.licenses import LicenseClass
from ledger.application.queries.project_order import ProjectOrder, ProjectPlace
from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class CauseView(View):
    """One movement of a balance with its cause; the counts of all of them sum to the balance."""

    sequence: int
    line: int
    time: datetime
    count: int = Field(description="Licenses into the balance, or out of it when negative.")
    balance: int = Field(description="The balance after this movement.")
    event_type: str
    subject: str
    actor: str
    command_id: str
    correlation_id: str


class AllocatedView(LicensesView):
    """Licenses of one type that stand on the devices of a project."""

    delivered: int = Field(description="Of these, those in the newest license file that their device got.")


class BalanceView(View):
    project: str
    free: list[LicensesView] = Field(description="Those that are bound to no device; 0 where there were some once.")
    held: list[LicensesView] = Field(description="Those that wait until software service is paid for them.")
    allocated: list[AllocatedView] | None = Field(
        default=None,
        description="Those that stand on devices. Null of a past where nobody asked for them, or where more than 5,000"
        " devices ever came into the projects of a list's page.",
    )
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class TotalView(View):
    """Licenses of one type, each counted once: free, held, or allocated to a device."""

    license_type: str
    license_class: LicenseClass
    free: int
    held: int
    allocated: int = Field(description="Those that stand on devices.")
    delivered: int = Field(description="Of the allocated ones, those in the newest license file that their device got.")


class ProjectTotalsView(View):
    project: str
    project_name: str
    sequence: int = Field(description="The entry that opened it.")
    devices: int
    licenses: list[TotalView]


@dataclass(frozen=True, slots=True)
class CompanyTotals:
    """What the projects of a company have together, those that the viewer sees, and a page of these projects."""

    devices: int
    licenses: list[TotalView]
    projects: Page[ProjectTotalsView]


class MovementView(View):
    sequence: int
    line: int
    time: datetime
    account: str = Field(examples=["project/3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42", "device/009033010203"])
    license_type: str
    count: int = Field(description="Licenses into the account, or out of it when negative.")
    balance: int = Field(description="Licenses of the type in the account after it.")
    event_type: str
    actor: str


class BalanceQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def balance(self, viewer: Viewer, project: str) -> BalanceView | None: ...
    async def balance_as_of(
        self, viewer: Viewer, project: str, sequence: int, *, with_devices: bool
    ) -> BalanceView | None:
        """With what stood on its devices, if that is asked for: they are read one by one."""
        ...

    async def totals(
        self, viewer: Viewer, company: str, order: ProjectOrder, after: ProjectPlace, limit: int
    ) -> CompanyTotals:
        """Its projects in the order asked for, but for those that are archived and so have nothing."""
        ...

    async def movements(
        self, viewer: Viewer, account: str, after: tuple[int, int], limit: int
    ) -> Page[MovementView] | None: ...
    async def causes(
        self, viewer: Viewer, project: str, license_type: str, until: int, after: tuple[int, int], limit: int
    ) -> Page[CauseView] | None:
        """The movements of a project's balance of one type up to entry `until`, oldest first."""
        ...
