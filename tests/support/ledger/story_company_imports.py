"""More of the story: commands for invitations, and for companies that go over into others."""

from contracts.actors import Account
from contracts.commands.companies import RegisterCompany
from contracts.commands.joining import (
    AcceptInvitation,
    CreateInvitation,
    ImportCompany,
    OfferCompany,
    WithdrawCompanyOffer,
    WithdrawInvitation,
)
from contracts.fields import CompanyKind
from contracts.identifiers import default_project_of, derived_id
from tests.support.ledger.story import ADRIA, Story, staff
from tests.support.ledger.story_members import a_stocked_project_with_people

INVITATION = "d7" * 32
CASA, CLEO = derived_id("casa", "company"), derived_id("cleo", "account")
CASAS = default_project_of(CASA)
newcomer = Account(account=derived_id("newcomer", "account"), company=derived_id("nowhere", "company"))
"""An account that belongs to no company yet."""
cleo = Account(account=CLEO, company=CASA)
"""Who made a company by accident, and administers it."""


def invite(company: str = ADRIA, digest: str = INVITATION) -> CreateInvitation:
    return CreateInvitation(company=company, code_digest=digest, code_hint="K3YZ")


def uninvite(company: str = ADRIA, digest: str = INVITATION) -> WithdrawInvitation:
    return WithdrawInvitation(company=company, code_digest=digest)


def join(digest: str = INVITATION) -> AcceptInvitation:
    return AcceptInvitation(code_digest=digest)


def offer_company(to: str = ADRIA, company: str = CASA) -> OfferCompany:
    return OfferCompany(company=company, offered_to=to)


def withdraw_company(company: str = CASA) -> WithdrawCompanyOffer:
    return WithdrawCompanyOffer(company=company)


def take_over(company: str = CASA, into: str = ADRIA) -> ImportCompany:
    return ImportCompany(company=company, into=into)


def by_accident(kind: CompanyKind = "reseller") -> RegisterCompany:
    return RegisterCompany(company=CASA, kind=kind, administrator=CLEO)


def an_accidental_company(kind: CompanyKind = "reseller") -> Story:
    """Anna's company with people and licenses, Ben's, and one that Cleo made by accident."""
    return a_stocked_project_with_people().given((staff, by_accident(kind)))


def an_offered_company(kind: CompanyKind = "reseller") -> Story:
    return an_accidental_company(kind).given((cleo, offer_company()))
