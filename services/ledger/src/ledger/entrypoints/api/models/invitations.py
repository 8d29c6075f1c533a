"""Bodies and responses of invitations."""

from pydantic import Field

from contracts.identifiers import Sha256
from ledger.entrypoints.api.models.base import Body, CommandResponse


class AcceptInvitationBody(Body):
    invitation_code: str = Field(max_length=80, examples=["S6AJ-29X4-3J9X-T1MJ"])


class WithdrawInvitationBody(Body):
    code_digest: Sha256


class InvitationAcceptedResponse(CommandResponse):
    account: str
    company: str | None = Field(description="The company that it joined; null if that could not be read in time.")


class InvitationCreatedResponse(CommandResponse):
    company: str
    invitation_code: str = Field(examples=["S6AJ-29X4-3J9X-T1MJ"])
    code_digest: str
    code_hint: str = Field(description="Four symbols that name the code in lists.")
    valid_days: int = Field(description="For how many days it works from now on.")
