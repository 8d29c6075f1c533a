"""Claim codes: by one a device that is in no project puts itself into one."""

from fastapi import APIRouter

from contracts.codes import activation_key, claim_code
from contracts.commands.claims import CreateClaimCode, WithdrawClaimCode
from ledger.application.queries.claims import ClaimCodeView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, TheAsker
from ledger.entrypoints.api.http.reading import PAGE_ROWS, Cursor, Limit, PageView, Reached, after_numbers, found, paged
from ledger.entrypoints.api.models import members as bodies

router = APIRouter(prefix="/v1/projects/{project}", tags=["claim codes"])


@router.post("/claim-codes", status_code=201)
async def create_claim_code(
    project: ProjectOfPath, services: TheServices, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ClaimCodeCreated:
    """Make a code by which one device adds itself to the project. It works once, for 30 days.

    The code is in this answer and nowhere else; the same request again gives it again.
    """
    code = claim_code.make(services.activation_key_secret, command_id)
    symbols = activation_key.normalise(code)
    digest = claim_code.digest(symbols)
    command = CreateClaimCode(project=project, code_digest=digest, code_hint=activation_key.hint(symbols))
    return bodies.ClaimCodeCreated(
        project=project,
        claim_code=code,
        code_digest=digest,
        expires_after_days=claim_code.VALID_DAYS,
        sequence=await asker.ask(command, command_id),
    )


@router.post("/claim-code-withdrawals", status_code=201)
async def withdraw_claim_code(
    project: ProjectOfPath, body: bodies.WithdrawClaimCodeBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ProjectChanged:
    """Make a code useless that was not used yet."""
    sequence = await asker.ask(WithdrawClaimCode(project=project, code_digest=body.code_digest), command_id)
    return bodies.ProjectChanged(project=project, sequence=sequence)


@router.get("/claim-codes", dependencies=[Reached])
async def list_claim_codes(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[ClaimCodeView]:
    """The codes that were made for the project, and what became of them; never the codes themselves."""
    (after,) = after_numbers(cursor, 1)
    page = await services.people.claim_codes(caller.viewer, project, after, limit)
    return paged(found(page, "project_unknown"), lambda row: str(row.sequence))
