"""What requests about people, projects, moves and claim codes say, and what they answer."""

from typing import Annotated

from pydantic import Field

from contracts.fields import Right
from contracts.identifiers import AccountId, CompanyId, ProjectId, Sha256
from contracts.texts import ProjectName, Reason, Reference
from ledger.entrypoints.api.models.bodies import Body, Done, SerialText, WantedList

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


class NameBody(Body):
    name: ProjectName


class TransferBody(Body):
    target: ProjectId
    licenses: WantedList
    held: bool = Field(default=False, description="Whether those are meant that wait to be paid, not free ones.")


class DeallocateBody(Body):
    serial: SerialText
    licenses: WantedList


class IntoProjectBody(Body):
    project: ProjectId


class OfferBody(Body):
    company: CompanyId


class StaffMoveBody(Body):
    project: ProjectId
    reason: Reason
    reference: Reference


class WithdrawClaimCodeBody(Body):
    code_digest: Sha256


class InvitationCodeBody(Body):
    invitation_code: str = Field(max_length=80, examples=["7K3M-9Q2X-0ABC-DEF1"])


class WithdrawInvitationBody(Body):
    code_digest: Sha256


class OfferCompanyBody(Body):
    offered_to: CompanyId = Field(description="The company that may import this one.")


class ImportCompanyBody(Body):
    former_company: CompanyId = Field(description="The company that was offered, and is closed by this.")


class CompanyChanged(Done):
    company: str


class CompanyImported(Done):
    company: str
    former_company: str


class CompanyJoined(Done):
    account: str


class InvitationCreated(Done):
    company: str
    invitation_code: str = Field(examples=["7K3M-9Q2X-0ABC-DEF1"])
    code_digest: str
    expires_after_days: int


class MemberChanged(Done):
    company: str
    account: str


class RightsChanged(Done):
    project: str
    account: str
    acting_for: str


class ProjectChanged(Done):
    project: str


class DeviceChanged(Done):
    serial: str


class ClaimCodeCreated(Done):
    project: str
    claim_code: str = Field(examples=["7K3M-9Q2X-0ABC-DEF1"])
    code_digest: str
    expires_after_days: int
