"""What may be asked about members, rights, offers of devices and claim codes."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from contracts.fields import Right
from ledger.application.queries.queries import Page, View, Viewer


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


class OfferView(View):
    serial: str
    company: str = Field(description="Who offers the device.")
    offered_to: str
    sequence: int
    offered: datetime


class ClaimCodeView(View):
    code_digest: str = Field(description="By which the code can be withdrawn.")
    code_hint: str = Field(description="The last four symbols of the code.")
    state: Literal["open", "used", "withdrawn"]
    expires: datetime
    serial: str | None = Field(description="The device that used it.")
    sequence: int
    created: datetime


class InvitationView(View):
    code_digest: str = Field(description="By which the invitation can be withdrawn.")
    code_hint: str = Field(description="The last four symbols of the code.")
    state: Literal["open", "accepted", "withdrawn"]
    expires: datetime
    account: str | None = Field(description="Who accepted it.")
    sequence: int
    created: datetime


class CompanyOfferView(View):
    company: str = Field(description="The company that is offered.")
    offered_to: str
    sequence: int
    offered: datetime


class PeopleQueries(Protocol):
    """Reads of one ledger; None for what is not there or not to be seen. Raises NoRight and Trouble."""

    async def members(self, viewer: Viewer, company: str, after: str, limit: int) -> Page[MemberView] | None: ...
    async def grants(
        self, viewer: Viewer, project: str, after: tuple[str, str], limit: int
    ) -> Page[GrantView] | None: ...
    async def offers(self, viewer: Viewer, after: str, limit: int) -> Page[OfferView]: ...
    async def claim_codes(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[ClaimCodeView] | None: ...
    async def invitations(
        self, viewer: Viewer, company: str, after: int, limit: int
    ) -> Page[InvitationView] | None: ...
    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]: ...
