"""Queries of invitations."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start

InvitationState = Literal["open", "accepted", "withdrawn"]


class InvitationView(View):
    code_digest: str = Field(description="By which the invitation can be withdrawn.")
    code_hint: str = Field(description="Four symbols that name the code in lists.")
    state: InvitationState
    expires: datetime
    account: str | None = Field(description="Who accepted it.")
    actor: str = Field(description="Who made it.")
    sequence: int
    created: datetime


class InvitationQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def invitations(
        self, viewer: Viewer, company: str, start: Start, limit: int, state: InvitationState | None = None
    ) -> Page[InvitationView] | None: ...
    async def joined(self, account: str, code_digest: str) -> str | None:
        """The company that the account joined with this code."""
        ...
