"""Members of companies, and rights of accounts in projects."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.identifiers import UUID_PATTERN
from ledger.application.queries.members import CompanyGrantView, GrantPlace, GrantView, MemberView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, ProjectOfPath, TheCommandSender
from ledger.entrypoints.api.models.members import (
    AddMemberBody,
    MemberChangedResponse,
    RemoveMemberBody,
    RightsBody,
    RightsChangedResponse,
)
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, bad_cursor, paged
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1", tags=["people and rights"])


@router.post("/companies/{company}/members", status_code=201)
async def add_member(
    company: CompanyOfPath, body: AddMemberBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> MemberChangedResponse:
    """Let an account act for the company, or give a member the other role. For the company's administrators."""
    command = AddMember(company=company, account=body.account, administrator=body.administrator)
    sequence = await sender.send(command, command_id)
    return MemberChangedResponse(company=company, account=body.account, sequence=sequence)


@router.post("/companies/{company}/member-removals", status_code=201)
async def remove_member(
    company: CompanyOfPath, body: RemoveMemberBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> MemberChangedResponse:
    """End a membership, and with it every right that the account had in the company's name."""
    sequence = await sender.send(RemoveMember(company=company, account=body.account), command_id)
    return MemberChangedResponse(company=company, account=body.account, sequence=sequence)


@router.get("/companies/{company}/members", dependencies=[Reached])
async def list_members(
    company: CompanyOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[MemberView]:
    """Who belongs to the company. For its administrators."""
    page = await services.queries.members(caller.viewer, company, after_text(cursor), limit)
    return paged(require_found(page, "company_unknown"), lambda row: row.account)


@router.get("/companies/{company}/grants", dependencies=[Reached])
async def list_company_grants(
    company: CompanyOfPath,
    services: TheServices,
    caller: TheCaller,
    account: Annotated[str | None, Query(pattern=UUID_PATTERN, description="Only what this account was given.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[CompanyGrantView]:
    """Who was given which rights in the projects of the company, account by account. For its administrators.

    The administrators themselves have every right there and are not listed.
    """
    after = after_text(cursor, "//").split("/")
    if len(after) != len(GrantPlace()):
        raise bad_cursor()
    page = await services.queries.company_grants(caller.viewer, company, account, GrantPlace(*after), limit)
    return paged(require_found(page, "company_unknown"), lambda row: f"{row.account}/{row.acting_for}/{row.project}")


@router.post("/projects/{project}/members", status_code=201)
async def grant_rights(
    project: ProjectOfPath,
    body: RightsBody,
    sender: TheCommandSender,
    caller: TheCaller,
    command_id: CommandIdOfRequest,
) -> RightsChangedResponse:
    """Give an account rights in this project, and in no other; it may belong to another company.

    Only what the caller has can be granted. Every right comes with `view`.
    """
    acting_for = body.acting_for or caller.company
    command = GrantRights(project=project, account=body.account, acting_for=acting_for, rights=tuple(body.rights))
    sequence = await sender.send(command, command_id)
    return RightsChangedResponse(project=project, account=body.account, acting_for=acting_for, sequence=sequence)


@router.post("/projects/{project}/member-revocations", status_code=201)
async def revoke_rights(
    project: ProjectOfPath,
    body: RightsBody,
    sender: TheCommandSender,
    caller: TheCaller,
    command_id: CommandIdOfRequest,
) -> RightsChangedResponse:
    """Take rights in this project from an account. Revoking `view` takes them all."""
    acting_for = body.acting_for or caller.company
    command = RevokeRights(project=project, account=body.account, acting_for=acting_for, rights=tuple(body.rights))
    sequence = await sender.send(command, command_id)
    return RightsChangedResponse(project=project, account=body.account, acting_for=acting_for, sequence=sequence)


@router.get("/projects/{project}/members", dependencies=[Reached])
async def list_grants(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[GrantView]:
    """Who was given rights in the project. For who may give them; the company's administrators are not listed."""
    account, slash, acting_for = after_text(cursor, "/").partition("/")
    if not slash:
        raise bad_cursor()
    page = await services.queries.grants(caller.viewer, project, (account, acting_for), limit)
    return paged(require_found(page, "project_unknown"), lambda row: f"{row.account}/{row.acting_for}")
