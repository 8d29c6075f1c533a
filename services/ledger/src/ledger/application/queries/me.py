"""Query of the caller: who that is, for which companies, and with which rights."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from contracts.fields import CompanyKind, Right
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page

MAX_COMPANIES = 200
"""Companies of an account that an answer names; whoever belongs to more pages through the list of companies."""


class MembershipView(View):
    """A company that the account may act for, each with a token of its own."""

    company: str
    kind: CompanyKind
    default_project: str
    administrator: bool = Field(
        description="Whether the account has every right in all projects of the company.", examples=[True]
    )


class RightsView(View):
    """What the account may do in a project, in the name of the company that it acts for."""

    project: str
    project_name: str
    company: str = Field(description="The company that has the project; maybe another than the account acts for.")
    rights: list[Right]


@dataclass(frozen=True, slots=True)
class Memberships:
    """What an account belongs to, and a page of the rights that were granted to it one by one."""

    staff: bool
    companies: list[MembershipView]
    rights: Page[RightsView]


class MeQueries(Protocol):
    """Raises Trouble."""

    async def memberships(self, viewer: Viewer, after: str, limit: int) -> Memberships:
        """Companies in the order of their entries, projects in that of their ids."""
        ...

    async def require_staff(self, viewer: Viewer) -> None:
        """Raises NoRight for all but the vendor's staff."""
        ...
