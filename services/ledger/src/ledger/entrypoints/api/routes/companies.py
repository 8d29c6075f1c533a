"""Companies: registered and looked at."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from contracts.commands.companies import RegisterCompany
from contracts.fields import CompanyKind
from contracts.identifiers import default_project_of, derived_id
from ledger.application.queries.companies import CompanyView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, TheCommandSender
from ledger.entrypoints.api.models.companies import CompanyRegisteredResponse, RegisterCompanyBody
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/companies", tags=["companies"])


@router.post("", status_code=201)
async def register_company(
    body: RegisterCompanyBody, sender: TheCommandSender, command_id: CommandIdOfRequest, response: Response
) -> CompanyRegisteredResponse:
    """Make a company known, with its first administrator. It starts with a project DEFAULT.

    The vendor's staff registers any company; an account registers its own company as an end customer:
    `company` is then the company that its token names, and has to be given.
    """
    company = body.company or derived_id(command_id, "company")
    command = RegisterCompany(company=company, kind=body.kind, administrator=body.administrator)
    sequence = await sender.send(command, command_id)
    response.headers["Location"] = f"/v1/companies/{company}"
    return CompanyRegisteredResponse(company=company, default_project=default_project_of(company), sequence=sequence)


@router.get("", dependencies=[Reached])
async def list_companies(
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    kind: Annotated[CompanyKind | None, Query()] = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[CompanyView]:
    """The companies that the account may act for, each with a token of its own; all for the vendor's staff.

    They come in the order in which they were made known, the last one first where that is asked for.
    """
    page = await services.queries.companies(caller.viewer, kind, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)


@router.get("/{company}", dependencies=[Reached], response_model=CompanyView)
async def get_company(company: CompanyOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller) -> Response:
    """The company that the caller acts for; any company for the vendor's staff."""
    return etag_response(
        known, require_found(await services.queries.company(caller.viewer, company), "company_unknown")
    )
