"""Projects: opened, looked at, renamed and archived; licenses between projects, and back from a device."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from contracts.accounts import held_account
from contracts.commands.companies import CreateProject
from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from contracts.identifiers import derived_id
from ledger.application.queries.balances import BalanceView
from ledger.application.queries.projects import Beside, ProjectSearch, ProjectView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfQuery, ProjectOfPath, TheCommandSender
from ledger.entrypoints.api.http.project_order import OrderOfProjects, mark_in, project_place
from ledger.entrypoints.api.http.results import came, charged, entry_of, issue_of
from ledger.entrypoints.api.models.base import NO_CONTROLS
from ledger.entrypoints.api.models.devices import IssuedResponse
from ledger.entrypoints.api.models.licenses import licenses_of
from ledger.entrypoints.api.models.projects import (
    CreateProjectBody,
    DeallocateLicensesBody,
    LicensesMovedResponse,
    MoveLicensesBody,
    ProjectChangedResponse,
    ProjectCreatedResponse,
    RenameProjectBody,
)
from runtime.web.as_of import AsOf
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, kept, paged
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1/projects", tags=["projects"])


async def _wanted(
    project_name: Annotated[
        str,
        Query(max_length=80, pattern=NO_CONTROLS, description="How the name begins; case does not matter."),
    ] = "",
    company: CompanyOfQuery = None,
    archived: Annotated[bool | None, Query(description="Only those that are closed for good, or only others.")] = None,
    order: OrderOfProjects | None = None,
) -> ProjectSearch:
    if project_name and order not in (None, "name"):
        raise Refused("request_invalid", "Projects with a name come in the order of names: ask for no other one.")
    return ProjectSearch(project_name, company, archived, order=order or ("name" if project_name else "oldest_first"))


Wanted = Annotated[ProjectSearch, Depends(_wanted)]


@router.post("", status_code=201)
async def create_project(
    body: CreateProjectBody,
    sender: TheCommandSender,
    caller: TheCaller,
    command_id: CommandIdOfRequest,
    response: Response,
) -> ProjectCreatedResponse:
    """Open a project in the company that the caller acts for. Its name is kept for ever: no person's name."""
    project = derived_id(command_id, "project")
    command = CreateProject(company=caller.company, project=project, project_name=body.project_name)
    sequence = await sender.send(command, command_id)
    response.headers["Location"] = f"/v1/projects/{project}"
    return ProjectCreatedResponse(project=project, project_name=body.project_name, sequence=sequence)


@router.get("", dependencies=[Reached])
async def list_projects(
    services: TheServices,
    caller: TheCaller,
    wanted: Wanted,
    as_of: AsOf,
    expand: Annotated[
        Beside | None,
        Query(
            description="`counts`: how many devices and free licenses each has; `balances`: what is free and held in"
            " it and on its devices, now or as of any entry or time. Nothing is said of the devices of a past"
            " where more than 5,000 ever came into the projects of the page."
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[ProjectView]:
    """Projects in the order in which they were opened, or by name where that or a name is asked for.

    With `as_of`, those that had been opened by then, with names, blocks and rights of now; by name, a page may have
    fewer than asked for although another one follows.
    """
    if as_of is not None and expand == "counts":
        raise Refused("request_invalid", "counts are those of now: ask for them without as_of.")
    wanted = replace(wanted, as_of=as_of)
    after, mark = project_place(cursor, wanted.order), mark_in(wanted.order)
    found = await services.queries.projects(caller.viewer, wanted, after, limit, expand)
    page = paged(found, lambda row: mark(row.sequence, row.project_name), wanted.order)
    return page if as_of is None else kept(page, lambda row: row.sequence <= as_of)


@router.get("/{project}", dependencies=[Reached], response_model=ProjectView)
async def get_project(project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller) -> Response:
    """One project."""
    return etag_response(
        known, require_found(await services.queries.project(caller.viewer, project), "project_unknown")
    )


@router.get("/{project}/balance", dependencies=[Reached], response_model=BalanceView)
async def get_balance(
    project: ProjectOfPath,
    known: IfNoneMatch,
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    expand: Annotated[
        Literal["allocated"] | None,
        Query(
            description="`allocated`: of the past, too, what stood on devices, which are read one by one. Of now it is"
            " always told."
        ),
    ] = None,
) -> Response:
    """The licenses of the project, free, held and on its devices, now or as of any entry or time.

    Unless devices of the past are asked for, it costs the same however many of them the project has.
    """
    if as_of is None:
        view = await services.queries.balance(caller.viewer, project)
    else:
        view = await services.queries.balance_as_of(caller.viewer, project, as_of, with_devices=expand == "allocated")
    return etag_response(known, require_found(view, "project_unknown"))


@router.post("/{project}/renaming", status_code=201)
async def rename_project(
    project: ProjectOfPath, body: RenameProjectBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ProjectChangedResponse:
    """Give the project another name. For the company's administrators. Names are kept for ever: no person's name."""
    sequence = await sender.send(RenameProject(project=project, project_name=body.project_name), command_id)
    return ProjectChangedResponse(project=project, sequence=sequence)


@router.post("/{project}/archiving", status_code=201)
async def archive_project(
    project: ProjectOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ProjectChangedResponse:
    """Close a project that has neither devices nor free licenses, for good. For the company's administrators."""
    sequence = await sender.send(ArchiveProject(project=project), command_id)
    return ProjectChangedResponse(project=project, sequence=sequence)


@router.post("/{project}/transfers", status_code=201)
async def move_licenses(
    project: ProjectOfPath, body: MoveLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LicensesMovedResponse:
    """Move free licenses, or held ones, to another project of the same company, all or none."""
    command = MoveLicenses(source=project, target=body.target, licenses=licenses_of(body.licenses), held=body.held)
    sequence = await sender.send(command, command_id)
    entry = await entry_of(sender, sequence)
    return LicensesMovedResponse(
        project=project,
        held=entry and came(entry, held_account(body.target)),
        credits=None if entry is None else charged(entry, body.target),
        sequence=sequence,
    )


@router.post("/{project}/deallocations", status_code=201)
async def deallocate_licenses(
    project: ProjectOfPath, body: DeallocateLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> IssuedResponse:
    """Take PBX licenses back from a device, as long as no license file with them was delivered."""
    serial = serial_of(body.serial)
    command = DeallocateLicenses(project=project, serial=serial, licenses=licenses_of(body.licenses))
    outcome = await sender.ask(command, command_id)
    issue = await issue_of(sender, serial, outcome)
    return IssuedResponse(serial=serial, issue=issue, sequence=outcome.sequence)
