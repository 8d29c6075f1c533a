"""Bodies and responses of members."""

from typing import Annotated

from pydantic import Field

from contracts.fields import Right
from contracts.identifiers import AccountId, CompanyId
from ledger.entrypoints.api.models.base import Body, CommandResponse

RightList = Annotated[list[Right], Field(min_length=1, max_length=7, examples=[["licenses", "return"]])]


class AddMemberBody(Body):
    account: AccountId
    administrator: bool = Field(default=False, description="Whether it gets every right in all projects.")


class RemoveMemberBody(Body):
    account: AccountId


class RightsBody(Body):
    account: AccountId
    acting_for: CompanyId | None = Field(
        default=None, description="The company that the account acts for; the caller's own if it is left out."
    )
    rights: RightList


class MemberChangedResponse(CommandResponse):
    company: str
    account: str


class RightsChangedResponse(CommandResponse):
    project: str
    account: str
    acting_for: str
