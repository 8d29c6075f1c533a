"""Corrections: one of the staff proposes, another one decides."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from contracts.commands.corrections import ApproveCorrection, ProposeCorrection, RejectCorrection
from contracts.identifiers import UUID_PATTERN, derived_id
from ledger.application.queries.corrections import CorrectionState, CorrectionView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.models.corrections import CorrectionResponse, ProposeCorrectionBody, RejectCorrectionBody
from ledger.entrypoints.api.models.licenses import licenses_of
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1/corrections", tags=["staff"])
_UUID = re.compile(UUID_PATTERN)


async def _correction(correction: str) -> str:
    if not _UUID.fullmatch(correction):
        raise Refused("correction_unknown")
    return correction


CorrectionOfPath = Annotated[str, Depends(_correction)]


@router.post("", status_code=201)
async def propose_correction(
    body: ProposeCorrectionBody, sender: TheCommandSender, command_id: CommandIdOfRequest, response: Response
) -> CorrectionResponse:
    """Ask for a correction with reason and reference. Nothing moves before another of the staff approves it."""
    correction = derived_id(command_id, "correction")
    command = ProposeCorrection(
        correction=correction,
        source=body.source,
        target=body.target,
        licenses=licenses_of(body.licenses),
        reason=body.reason,
        reference=body.reference,
    )
    sequence = await sender.send(command, command_id)
    response.headers["Location"] = f"/v1/corrections/{correction}"
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.post("/{correction}/approval", status_code=201)
async def approve_correction(
    correction: CorrectionOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CorrectionResponse:
    """Carry out what another account of the staff proposed."""
    sequence = await sender.send(ApproveCorrection(correction=correction), command_id)
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.post("/{correction}/rejection", status_code=201)
async def reject_correction(
    correction: CorrectionOfPath, body: RejectCorrectionBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CorrectionResponse:
    """Close a proposal without carrying it out; its proposer may do so, too."""
    sequence = await sender.send(RejectCorrection(correction=correction, reason=body.reason), command_id)
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.get("", dependencies=[Reached])
async def list_corrections(
    services: TheServices,
    caller: TheCaller,
    state: Annotated[CorrectionState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[CorrectionView]:
    """Corrections in the order of their proposals. For the vendor's staff."""
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.corrections(caller.viewer, state, after, limit)
    return paged(page, lambda row: str(row.sequence))


@router.get("/{correction}", dependencies=[Reached], response_model=CorrectionView)
async def get_correction(
    correction: CorrectionOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """One correction. For the vendor's staff."""
    return etag_response(
        known, require_found(await services.queries.correction(caller.viewer, correction), "correction_unknown")
    )
