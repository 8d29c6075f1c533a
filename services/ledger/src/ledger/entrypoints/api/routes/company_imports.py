"""Company imports: a company offers itself to another one, which takes it over."""

from fastapi import APIRouter

from contracts.commands.company_imports import (
    ImportCompany,
    OfferCompany,
    WithdrawCompanyOffer,
)
from ledger.application.queries.company_imports import CompanyOfferView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, TheCommandSender
from ledger.entrypoints.api.models.companies import CompanyChangedResponse
from ledger.entrypoints.api.models.company_imports import CompanyImportedResponse, ImportCompanyBody, OfferCompanyBody
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, paged

router = APIRouter(prefix="/v1", tags=["joining a company"])


@router.post("/companies/{company}/offers", status_code=201)
async def offer_company(
    company: CompanyOfPath, body: OfferCompanyBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CompanyChangedResponse:
    """Offer the whole company to another one, which may import it. For its administrators."""
    command = OfferCompany(company=company, offered_to=body.offered_to)
    return CompanyChangedResponse(company=company, sequence=await sender.send(command, command_id))


@router.post("/companies/{company}/offer-withdrawals", status_code=201)
async def withdraw_company_offer(
    company: CompanyOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CompanyChangedResponse:
    """Take the offer of the company back, or decline it. For administrators of either company."""
    sequence = await sender.send(WithdrawCompanyOffer(company=company), command_id)
    return CompanyChangedResponse(company=company, sequence=sequence)


@router.get("/company-offers", dependencies=[Reached])
async def list_company_offers(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[CompanyOfferView]:
    """Open offers of companies, by and to the caller's. For its administrators."""
    page = await services.queries.company_offers(caller.viewer, after_text(cursor), limit)
    return paged(page, lambda row: row.company)


@router.post("/companies/{company}/imports", status_code=201)
async def import_company(
    company: CompanyOfPath, body: ImportCompanyBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CompanyImportedResponse:
    """Take a company over that was offered to this one. For this one's administrators.

    Its projects move with all that is in them, a name that is taken gets a number behind it, its accounts join without
    rights, and it is closed for ever.
    """
    sequence = await sender.send(ImportCompany(company=body.former_company, into=company), command_id)
    return CompanyImportedResponse(company=company, former_company=body.former_company, sequence=sequence)
