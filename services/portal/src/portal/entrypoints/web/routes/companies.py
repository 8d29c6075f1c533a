"""The company that somebody acts for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.identifiers import derived_id
from licensing_client.api import CompanyView
from portal.adapters.apis import ask
from portal.application.accounts import Session
from portal.domain.names import flaw
from portal.entrypoints.web.dependencies import NO_COMPANY, Services, TheServices, TheSession
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import see, words_for

MOST_NAME = 80

router = APIRouter()


@router.get("/company")
async def company_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """The companies that the account belongs to; where there is one, there is nothing to choose."""
    return await _page(request, session, services)


async def _page(request: Request, session: Session, services: Services, *, name: str = "", error: str = "") -> Response:
    companies = await companies_of(session, services)
    if len(companies) == 1 and session.company is None:
        await services.sessions.choose(session.session, companies[0]["company"], companies[0]["kind"])
        return see("/")
    names = await services.accounts.company_names([one["company"] for one in companies])
    return services.pages.page(
        request,
        "company.html",
        status=422 if error else 200,
        companies=companies,
        names=names,
        name=name,
        error=error,
    )


@router.post("/company")
async def choose_company(session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Act for a company from now on, in this session."""
    wanted = form.text("company")
    kind = next((one["kind"] for one in await companies_of(session, services) if one["company"] == wanted), None)
    if kind is not None:
        await services.sessions.choose(session.session, wanted, kind)
    return see("/" if kind else "/company")


@router.post("/company/registration")
async def register_company(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Register the company of an end customer, with its first administrator, and act for it."""
    account, name = session.account.account, form.text("name")[:MOST_NAME]
    once = form.text("request")
    if not name or not once or await companies_of(session, services):
        return see("/company")
    if (error := flaw(name)) is not None:
        return await _page(request, session, services, name=name, error=words_for(request)(error))
    company = derived_id(f"{account} {once}", "company")
    made = await ask(
        services.apis.acting(account, company).ledger.register_company,
        kind="end_customer",
        administrator=account,
        company=company,
        idempotency_key=once,
    )
    await services.accounts.name_company(company, name)
    await services.sessions.choose(session.session, company, "end_customer")
    await services.sessions.reach(session.session, made["sequence"])
    return see("/")


async def companies_of(session: Session, services: Services, *, at_least: int | None = None) -> list[CompanyView]:
    """Those of the account; what else the staff may see does not count."""
    api = services.apis.acting(session.account.account, NO_COMPANY)
    page = await ask(api.ledger.list_companies, limit=200, at_least=at_least)
    return page["items"]
