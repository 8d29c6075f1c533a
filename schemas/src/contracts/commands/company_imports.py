"""Taking a whole company over, by consent of both sides (rule X9)."""

from typing import Literal

from contracts.identifiers import CompanyId
from contracts.models import WireModel


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


CompanyImportCommand = OfferCompany | WithdrawCompanyOffer | ImportCompany
