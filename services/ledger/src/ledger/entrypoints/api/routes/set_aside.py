"""A stopped ledger: where, and how two of the staff set the entry aside."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from contracts.commands.set_aside import ApproveSettingAside
from contracts.identifiers import UUID_PATTERN, derived_id
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.models.set_aside import SettingAsideResponse
from runtime.set_aside import LogStopView
from runtime.web.path_values import matching
from runtime.web.set_aside import ProposeSettingAsideBody

router = APIRouter(prefix="/v1/ledger", tags=["staff"])


async def _decision(decision: str) -> str:
    return matching(UUID_PATTERN, decision, "decision_unknown")


@router.get("/stop")
async def get_stop(services: TheServices, caller: TheCaller) -> LogStopView:
    """Where the read side is stopped, if it is, and which decisions wait there. For the vendor's staff.

    The signer's laws are stricter: its `/readyz` and its log name an entry that only the signer refuses.
    """
    return await services.queries.stop(caller.viewer)


@router.post("/set-asides", status_code=201)
async def propose_setting_aside(
    body: ProposeSettingAsideBody, sender: TheCommandSender, command_id: CommandIdOfRequest, response: Response
) -> SettingAsideResponse:
    """Ask that entries do not count, by sequence, hash and law. They do until another of the staff approves it."""
    decision = derived_id(command_id, "set-aside")
    sequence = await sender.send(body.command(decision), command_id)
    response.headers["Location"] = f"/v1/ledger/set-asides/{decision}"
    return SettingAsideResponse(decision=decision, sequence=sequence)


@router.post("/set-asides/{decision}/approval", status_code=201)
async def approve_setting_aside(
    decision: Annotated[str, Depends(_decision)], sender: TheCommandSender, command_id: CommandIdOfRequest
) -> SettingAsideResponse:
    """Set aside what another account of the staff proposed: every reader goes on as if those entries were empty."""
    sequence = await sender.send(ApproveSettingAside(decision=decision), command_id)
    return SettingAsideResponse(decision=decision, sequence=sequence)
