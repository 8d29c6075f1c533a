"""Queries of members and rights."""

from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from contracts.fields import Right
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class MemberView(View):
    account: str
    administrator: bool = Field(description="Whether it has every right in all projects of the company.")
    sequence: int = Field(description="The entry that made it so.")
    since: datetime


class GrantView(View):
    account: str
    acting_for: str = Field(description="The company that the account acts for; maybe another than the project's.")
    rights: list[Right]
    sequence: int = Field(description="The entry that changed them last.")
    since: datetime


class CompanyGrantView(GrantView):
    project: str
    project_name: str


class GrantPlace(NamedTuple):
    """A place in the order of a company's grants."""

    account: str = ""
    acting_for: str = ""
    project: str = ""


class MemberQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def members(self, viewer: Viewer, company: str, after: str, limit: int) -> Page[MemberView] | None: ...
    async def grants(
        self, viewer: Viewer, project: str, after: tuple[str, str], limit: int
    ) -> Page[GrantView] | None: ...
    async def company_grants(
        self, viewer: Viewer, company: str, account: str | None, after: GrantPlace, limit: int
    ) -> Page[CompanyGrantView] | None:
        """In all projects of a company, of one account where one is named."""
        ...
