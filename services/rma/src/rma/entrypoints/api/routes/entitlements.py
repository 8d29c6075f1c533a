"""Which companies get replacements in advance, and what they owe."""

from fastapi import APIRouter

from contracts.rma.commands import GrantAdvanceReplacement, WithdrawAdvanceReplacement
from rma.application.queries.views import EntitlementView
from rma.entrypoints.api.dependencies import TheServices, TheSight, today
from rma.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, TheCommandSender
from rma.entrypoints.api.models.cases import EntitlementResponse, GrantBody, WithdrawBody
from runtime.web.consistency import Reached
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/companies/{company}/advance-replacement", tags=["advance replacement"])


@router.get("", dependencies=[Reached], response_model_exclude_unset=True)
async def get_entitlement(company: CompanyOfPath, services: TheServices, sight: TheSight) -> EntitlementView:
    """Whether the company gets replacements in advance, and the devices that it owes for those that it got.

    For its administrators and for the vendor's staff.
    """
    return require_found(await services.queries.entitlement(sight, company, today(services)), "company_unknown")


@router.post("", status_code=201)
async def grant_advance_replacement(
    company: CompanyOfPath, body: GrantBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> EntitlementResponse:
    """Entitle the company, as long as it owes fewer devices than the threshold. For the vendor's staff."""
    command = GrantAdvanceReplacement(company=company, threshold=body.threshold, reference=body.reference)
    return EntitlementResponse(company=company, sequence=await sender.send(command, command_id))


@router.post("/withdrawal", status_code=201)
async def withdraw_advance_replacement(
    company: CompanyOfPath, body: WithdrawBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> EntitlementResponse:
    """End the company's entitlement; what it owes stays owed. For the vendor's staff."""
    command = WithdrawAdvanceReplacement(company=company, reason=body.reason, reference=body.reference)
    return EntitlementResponse(company=company, sequence=await sender.send(command, command_id))
