"""More of the story: commands for companies that go over into others."""

from collections import Counter
from collections.abc import Mapping

from contracts.actors import Account
from contracts.commands.companies import RegisterCompany
from contracts.commands.company_imports import ImportCompany, OfferCompany, WithdrawCompanyOffer
from contracts.fields import CompanyKind
from contracts.identifiers import default_project_of, derived_id
from ledger.domain.state import Ledger
from tests.support.ledger.story import (
    ADRIA,
    Story,
    staff,
)
from tests.support.ledger.story_members import a_stocked_project_with_people

CASA, CLEO = derived_id("casa", "company"), derived_id("cleo", "account")
CASAS = default_project_of(CASA)
cleo = Account(account=CLEO, company=CASA)
"""Who made a company by accident, and administers it."""


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


def of_company(ledger: Ledger, company: str) -> Mapping[str, int]:
    """All that a company has, free, held and on devices."""
    found: Counter[str] = Counter()
    for identity, one in ledger.projects.items():
        if one.company == company:
            found.update(one.free)
            found.update(ledger.held.get(identity, {}))
    for device in ledger.devices.values():
        found.update(device.holdings if device.company == company else {})
    return found
