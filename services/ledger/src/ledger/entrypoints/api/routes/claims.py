"""Claim codes: by one a device that is in no project puts itself into one."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.codes import claim_code
from contracts.commands.claims import CreateClaimCode, WithdrawClaimCode
from ledger.application.queries.claims import ClaimCodeState, ClaimCodeView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, TheCommandSender
from ledger.entrypoints.api.http.one_time_codes import make_code
from ledger.entrypoints.api.models.claims import ClaimCodeCreatedResponse, WithdrawClaimCodeBody
from ledger.entrypoints.api.models.projects import ProjectChangedResponse
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/projects/{project}", tags=["claim codes"])


@router.post("/claim-codes", status_code=201)
async def create_claim_code(
    project: ProjectOfPath, services: TheServices, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ClaimCodeCreatedResponse:
    """Make a code by which one device adds itself to the project. It works once, for 30 days.

    The code is in this answer and nowhere else; the same request again gives it again.
    """
    made = make_code(claim_code, services.activation_key_secret, command_id)
    command = CreateClaimCode(project=project, code_digest=made.digest, code_hint=made.hint)
    return ClaimCodeCreatedResponse(
        project=project,
        claim_code=made.code,
        code_digest=made.digest,
        code_hint=made.hint,
        valid_days=claim_code.VALID_DAYS,
        sequence=await sender.send(command, command_id),
    )


@router.post("/claim-code-withdrawals", status_code=201)
async def withdraw_claim_code(
    project: ProjectOfPath, body: WithdrawClaimCodeBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ProjectChangedResponse:
    """Make a code useless that was not used yet."""
    sequence = await sender.send(WithdrawClaimCode(project=project, code_digest=body.code_digest), command_id)
    return ProjectChangedResponse(project=project, sequence=sequence)


@router.get("/claim-codes", dependencies=[Reached])
async def list_claim_codes(
    project: ProjectOfPath,
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    state: Annotated[ClaimCodeState | None, Query(description="Only those in this state.")] = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[ClaimCodeView]:
    """The codes that were made for the project, and what became of them; never the codes themselves."""
    page = await services.queries.claim_codes(caller.viewer, project, walk.start, limit, state)
    return walk.paged(require_found(page, "project_unknown"), lambda row: row.sequence)
