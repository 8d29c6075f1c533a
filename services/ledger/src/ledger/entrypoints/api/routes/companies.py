"""Companies and projects, the balance of a project, and the journal of movements."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from contracts.commands.companies import CreateProject, RegisterCompany
from contracts.fields import CompanyKind
from contracts.identifiers import derived_id
from contracts.log.postings import device_account, project_account
from ledger.application.queries.balances import BalanceView, MovementView
from ledger.application.queries.companies import CompanyView
from ledger.application.queries.projects import ProjectSearch, ProjectView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.as_of import AsOf
from ledger.entrypoints.api.http.commands import (
    CommandIdOfRequest,
    CompanyOfPath,
    CompanyOfQuery,
    ProjectOfPath,
    TheAsker,
    project_of,
    serial_of,
)
from ledger.entrypoints.api.http.problems import Refused
from ledger.entrypoints.api.http.reading import (
    PAGE_ROWS,
    Cursor,
    Known,
    Limit,
    PageView,
    Reached,
    after_numbers,
    etagged,
    found,
    paged,
)
from ledger.entrypoints.api.models import bodies

router = APIRouter(prefix="/v1")
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"


@router.post("/companies", status_code=201, tags=["companies"])
async def register_company(
    body: bodies.RegisterCompanyBody, asker: TheAsker, command_id: CommandIdOfRequest, response: Response
) -> bodies.CompanyRegistered:
    """Make a company known, with its first administrator. It starts with a project DEFAULT.

    The vendor's staff registers any company; an account registers its own company as an end customer.
    """
    company = body.company or derived_id(command_id, "company")
    command = RegisterCompany(company=company, kind=body.kind, administrator=body.administrator)
    sequence = await asker.ask(command, command_id)
    response.headers["Location"] = f"/v1/companies/{company}"
    return bodies.CompanyRegistered(company=company, sequence=sequence)


@router.get("/companies", tags=["companies"], dependencies=[Reached])
async def list_companies(
    services: TheServices,
    caller: TheCaller,
    kind: Annotated[CompanyKind | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[CompanyView]:
    """The companies that the account may act for, each with a token of its own; all for the vendor's staff.

    They come in the order in which they were made known.
    """
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.companies(caller.viewer, kind, after, limit)
    return paged(page, lambda row: str(row.sequence))


@router.get("/companies/{company}", tags=["companies"], dependencies=[Reached], response_model=CompanyView)
async def get_company(company: CompanyOfPath, known: Known, services: TheServices, caller: TheCaller) -> Response:
    """The company that the caller acts for; any company for the vendor's staff."""
    return etagged(known, found(await services.queries.company(caller.viewer, company), "company_unknown"))


@router.post("/projects", status_code=201, tags=["projects"])
async def create_project(
    body: bodies.CreateProjectBody,
    asker: TheAsker,
    caller: TheCaller,
    command_id: CommandIdOfRequest,
    response: Response,
) -> bodies.ProjectCreated:
    """Open a project in the company that the caller acts for. Its name is kept for ever: no person's name."""
    project = derived_id(command_id, "project")
    command = CreateProject(company=caller.company, project=project, project_name=body.name)
    sequence = await asker.ask(command, command_id)
    response.headers["Location"] = f"/v1/projects/{project}"
    return bodies.ProjectCreated(project=project, name=body.name, sequence=sequence)


@router.get("/projects", tags=["projects"], dependencies=[Reached])
async def list_projects(
    services: TheServices,
    caller: TheCaller,
    name: Annotated[
        str, Query(max_length=80, pattern=NO_CONTROLS, description="How the name begins, whatever its case.")
    ] = "",
    company: CompanyOfQuery = None,
    archived: Annotated[bool | None, Query(description="Only those that are closed for good, or only others.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[ProjectView]:
    """Projects in the order in which they were opened, or by name where a name is asked for."""
    (after,) = after_numbers(cursor, 1)
    wanted = ProjectSearch(name, company, archived)
    page = await services.queries.projects(caller.viewer, wanted, after, limit)
    return paged(page, lambda row: str(row.sequence))


@router.get("/projects/{project}", tags=["projects"], dependencies=[Reached], response_model=ProjectView)
async def get_project(project: ProjectOfPath, known: Known, services: TheServices, caller: TheCaller) -> Response:
    """One project."""
    return etagged(known, found(await services.queries.project(caller.viewer, project), "project_unknown"))


@router.get("/projects/{project}/balance", tags=["projects"], dependencies=[Reached], response_model=BalanceView)
async def get_balance(
    project: ProjectOfPath, known: Known, services: TheServices, caller: TheCaller, as_of: AsOf
) -> Response:
    """The licenses of the project that are bound to no device, now or as of any entry or time."""
    if as_of is None:
        view = await services.queries.balance(caller.viewer, project)
    else:
        view = await services.queries.balance_as_of(caller.viewer, project, as_of)
    return etagged(known, found(view, "project_unknown"))


@router.get("/movements", tags=["movements"], dependencies=[Reached])
async def list_movements(
    services: TheServices,
    caller: TheCaller,
    project: Annotated[str | None, Query(max_length=36)] = None,
    device: Annotated[str | None, Query(max_length=24)] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[MovementView]:
    """What went into and out of a project's balance, or onto and off a device, oldest first."""
    if (project is None) == (device is None):
        raise Refused("request_invalid", "Name either a project or a device.")
    account = project_account(project_of(project)) if project is not None else device_account(serial_of(device or ""))
    after, line = after_numbers(cursor, 2)
    page = await services.queries.movements(caller.viewer, account, (after, line if cursor else -1), limit)
    code = "device_unknown" if project is None else "project_unknown"
    return paged(found(page, code), lambda row: f"{row.sequence}.{row.line}")
