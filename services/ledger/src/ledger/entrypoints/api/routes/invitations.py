"""Invitations: a one-time code by which an account joins a company."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.codes import activation_key, invitation_code
from contracts.commands.invitations import (
    AcceptInvitation,
    CreateInvitation,
    WithdrawInvitation,
)
from ledger.application.queries.invitations import InvitationState, InvitationView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, TheCommandSender
from ledger.entrypoints.api.http.one_time_codes import make_code
from ledger.entrypoints.api.http.results import result
from ledger.entrypoints.api.http.throttled_commands import TheThrottledSender
from ledger.entrypoints.api.models.companies import CompanyChangedResponse
from ledger.entrypoints.api.models.invitations import (
    AcceptInvitationBody,
    InvitationAcceptedResponse,
    InvitationCreatedResponse,
    WithdrawInvitationBody,
)
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["joining a company"])


@router.post("/companies/{company}/invitations", status_code=201)
async def create_invitation(
    company: CompanyOfPath, services: TheServices, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> InvitationCreatedResponse:
    """Make a code by which one account joins the company. It works once, for 14 days. For its administrators.

    The code is in this answer and nowhere else; the same request again gives it again. Handing it on is the caller's.
    """
    made = make_code(invitation_code, services.activation_key_secret, command_id)
    command = CreateInvitation(company=company, code_digest=made.digest, code_hint=made.hint)
    return InvitationCreatedResponse(
        company=company,
        invitation_code=made.code,
        code_digest=made.digest,
        code_hint=made.hint,
        valid_days=invitation_code.VALID_DAYS,
        sequence=await sender.send(command, command_id),
    )


@router.post("/companies/{company}/invitation-withdrawals", status_code=201)
async def withdraw_invitation(
    company: CompanyOfPath, body: WithdrawInvitationBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CompanyChangedResponse:
    """Make an invitation useless that nobody accepted yet. For the company's administrators."""
    command = WithdrawInvitation(company=company, code_digest=body.code_digest)
    return CompanyChangedResponse(company=company, sequence=await sender.send(command, command_id))


@router.get("/companies/{company}/invitations", dependencies=[Reached])
async def list_invitations(
    company: CompanyOfPath,
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    state: Annotated[InvitationState | None, Query(description="Only those in this state.")] = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[InvitationView]:
    """The invitations to the company, and what became of them; never the codes. For its administrators."""
    page = await services.queries.invitations(caller.viewer, company, walk.start, limit, state)
    return walk.paged(require_found(page, "company_unknown"), lambda row: row.sequence)


@router.post("/invitations/acceptances", status_code=201)
async def accept_invitation(
    body: AcceptInvitationBody, sender: TheThrottledSender, caller: TheCaller, command_id: CommandIdOfRequest
) -> InvitationAcceptedResponse:
    """Join the company of an invitation, without rights. Case, blanks and hyphens do not matter.

    Every account may, whichever company its token names; `GET /v1/companies` then has the one that it joined.
    """
    try:
        symbols = activation_key.normalise(body.invitation_code)
    except activation_key.KeyMalformed:
        raise Refused("invitation_malformed") from None
    command = AcceptInvitation(code_digest=invitation_code.digest(symbols))
    sequence = await sender.send_throttled(command, command_id, miss="invitation_unknown")
    joined = await result(sender, sequence, lambda: sender.services.queries.joined(caller.account, command.code_digest))
    return InvitationAcceptedResponse(account=caller.account, company=joined, sequence=sequence)
