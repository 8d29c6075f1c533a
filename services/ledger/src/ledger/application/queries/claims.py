"""Queries of claim codes."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start

ClaimCodeState = Literal["open", "used", "withdrawn"]


class ClaimCodeView(View):
    code_digest: str = Field(description="By which the code can be withdrawn.")
    code_hint: str = Field(description="Four symbols that name the code in lists.")
    state: ClaimCodeState
    expires: datetime
    serial: str | None = Field(description="The device that used it.")
    actor: str = Field(description="Who made it; of another company only which one.")
    sequence: int
    created: datetime


class ClaimQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def claim_codes(
        self, viewer: Viewer, project: str, start: Start, limit: int, state: ClaimCodeState | None = None
    ) -> Page[ClaimCodeView] | None: ...
