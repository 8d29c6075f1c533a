"""Joining a company (rule X9): an account by invitation, and a whole company by consent of both."""

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


class OfferCompany(WireModel):
    """Offer a company, with all its projects, to another one that may import it."""

    name: Literal["offer-company"] = "offer-company"
    company: CompanyId
    offered_to: CompanyId


class WithdrawCompanyOffer(WireModel):
    """Take the offer of a company back, or decline it."""

    name: Literal["withdraw-company-offer"] = "withdraw-company-offer"
    company: CompanyId


class ImportCompany(WireModel):
    """Take a company that was offered over: its projects move, its accounts join, and it is closed for ever."""

    name: Literal["import-company"] = "import-company"
    company: CompanyId
    into: CompanyId


JoiningCommand = (
    CreateInvitation | WithdrawInvitation | AcceptInvitation | OfferCompany | WithdrawCompanyOffer | ImportCompany
)
