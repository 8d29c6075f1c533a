"""Queries of projects."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol

from pydantic import Field

from contracts.fields import Right
from ledger.application.queries.balances import BalanceView
from ledger.application.queries.blocks import BlockedView
from ledger.application.queries.labels import LabelView
from ledger.application.queries.project_order import ProjectOrder, ProjectPlace
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class ProjectCountsView(View):
    devices: int
    free: int = Field(description="Licenses of all types that are bound to no device.")


class ProjectView(View):
    project: str
    company: str
    project_name: str
    sequence: int = Field(description="The entry that opened it.")
    created: datetime
    archived: datetime | None = Field(description="When it was closed for good, if it was.")
    blocked: Annotated[BlockedView | None, Field(description="The block of its company, or null.")] = None
    rights: list[Right] = Field(
        description="What the caller may do in it; every right for the company's administrators, `view` for staff.",
        examples=[["view", "licenses"]],
    )
    label: LabelView | None = Field(default=None, description="What people of the project call it besides, or null.")
    counts: ProjectCountsView | None = Field(default=None, description="Only where `expand=counts` asks for them.")
    balances: BalanceView | None = Field(default=None, description="Only where `expand=balances` asks for them.")


@dataclass(frozen=True, slots=True)
class ProjectSearch:
    """What projects to list; what is None or empty does not matter. `name` is how it begins, whatever its case.

    Where a name is asked for, they come in the order of names. A list in the order of entries has none that came after
    entry `as_of`; one in the order of names has them, too.
    """

    name: str = ""
    company: str | None = None
    archived: bool | None = None
    as_of: int | None = None
    order: ProjectOrder = "oldest_first"

    @property
    def is_by_name(self) -> bool:
        return bool(self.name) or self.order == "name"


Beside = Literal["counts", "balances"]
"""What can be said beside each project."""


class ProjectQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def projects(
        self, viewer: Viewer, wanted: ProjectSearch, after: ProjectPlace, limit: int, beside: Beside | None = None
    ) -> Page[ProjectView]:
        """In the order asked for, behind a place.

        A balance is that of entry `wanted.as_of`, where there is one.
        """
        ...

    async def project(self, viewer: Viewer, project: str) -> ProjectView | None: ...
