"""How accounts joined a company by invitation."""

from typing import ClassVar

from contracts.fields import KeyHint
from contracts.identifiers import AccountId, CompanyId, Sha256
from contracts.models import WireModel
from contracts.moments import Moment


class InvitationCreated(WireModel):
    """An invitation code went into the world: until `expires` one account may join the company with it.

    It holds as long as the account that made it, `invited_by`, is one of the company's administrators.
    """

    type: ClassVar[str] = "licensing.ledger.invitation-created.v1"
    company: CompanyId
    code_digest: Sha256
    code_hint: KeyHint
    expires: Moment
    invited_by: AccountId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class InvitationWithdrawn(WireModel):
    """An invitation that was not accepted became useless."""

    type: ClassVar[str] = "licensing.ledger.invitation-withdrawn.v1"
    company: CompanyId
    code_digest: Sha256

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class InvitationAccepted(WireModel):
    """An account joined the company of an invitation, without rights; the invitation is used up."""

    type: ClassVar[str] = "licensing.ledger.invitation-accepted.v1"
    company: CompanyId
    account: AccountId
    code_digest: Sha256

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


InvitationEvent = InvitationCreated | InvitationWithdrawn | InvitationAccepted
