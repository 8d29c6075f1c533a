"""Joining a company as an account, by a one-time invitation (rule X9)."""

from typing import Literal

from contracts.fields import KeyHint
from contracts.identifiers import CompanyId, Sha256
from contracts.models import WireModel


class CreateInvitation(WireModel):
    """Put an invitation code into the world, by which one account joins the company. The ledger learns its digest."""

    name: Literal["create-invitation"] = "create-invitation"
    company: CompanyId
    code_digest: Sha256
    code_hint: KeyHint


class WithdrawInvitation(WireModel):
    """Make an invitation that was not accepted useless."""

    name: Literal["withdraw-invitation"] = "withdraw-invitation"
    company: CompanyId
    code_digest: Sha256


class AcceptInvitation(WireModel):
    """Join the company of an invitation, without rights."""

    name: Literal["accept-invitation"] = "accept-invitation"
    code_digest: Sha256


InvitationCommand = CreateInvitation | WithdrawInvitation | AcceptInvitation
