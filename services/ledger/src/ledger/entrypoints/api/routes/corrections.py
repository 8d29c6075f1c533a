"""Corrections: one of the staff proposes, another one decides."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeLinkedCorrections,
    RejectCorrection,
    WantedLine,
)
from contracts.identifiers import UUID_PATTERN, derived_id
from ledger.application.queries.corrections import CorrectionState, CorrectionView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.models.corrections import (
    CorrectionResponse,
    ProposeCorrectionBody,
    ProposeLinkedCorrectionsBody,
    RejectCorrectionBody,
)
from ledger.entrypoints.api.models.licenses import licenses_of
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["staff"])
_UUID = re.compile(UUID_PATTERN)


async def _correction(correction: str) -> str:
    if not _UUID.fullmatch(correction):
        raise Refused("correction_unknown")
    return correction


CorrectionOfPath = Annotated[str, Depends(_correction)]


@router.post("/corrections", status_code=201)
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


@router.post("/linked-corrections", status_code=201)
async def propose_linked_corrections(
    body: ProposeLinkedCorrectionsBody, sender: TheCommandSender, command_id: CommandIdOfRequest, response: Response
) -> CorrectionResponse:
    """Ask for several corrections that belong together: one approval moves all lines in one entry, or none.

    Each line is of one company; several lines may be of several, which read of their own part alone. Lines with a
    device are of that device and its project. A type is taken from an account or comes into it, never both. A refusal
    names the `line`, counted from 1. The proposal is read, approved and rejected among all corrections.
    """
    correction = derived_id(command_id, "correction")
    command = ProposeLinkedCorrections(
        correction=correction,
        lines=tuple(
            WantedLine(source=line.source, target=line.target, licenses=licenses_of(line.licenses))
            for line in body.lines
        ),
        reason=body.reason,
        reference=body.reference,
    )
    sequence = await sender.send(command, command_id)
    response.headers["Location"] = f"/v1/corrections/{correction}"
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.post("/corrections/{correction}/approval", status_code=201)
async def approve_correction(
    correction: CorrectionOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CorrectionResponse:
    """Carry out what another account of the staff proposed."""
    sequence = await sender.send(ApproveCorrection(correction=correction), command_id)
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.post("/corrections/{correction}/rejection", status_code=201)
async def reject_correction(
    correction: CorrectionOfPath, body: RejectCorrectionBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> CorrectionResponse:
    """Close a proposal without carrying it out; its proposer may do so, too."""
    sequence = await sender.send(RejectCorrection(correction=correction, reason=body.reason), command_id)
    return CorrectionResponse(correction=correction, sequence=sequence)


@router.get("/corrections", dependencies=[Reached])
async def list_corrections(
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    state: Annotated[CorrectionState | None, Query()] = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[CorrectionView]:
    """Corrections in the order of their proposals. For the vendor's staff."""
    page = await services.queries.corrections(caller.viewer, state, walk.start, limit)
    return walk.paged(page, lambda row: row.sequence)


@router.get("/corrections/{correction}", dependencies=[Reached], response_model=CorrectionView)
async def get_correction(
    correction: CorrectionOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """One correction. For the vendor's staff."""
    return etag_response(
        known, require_found(await services.queries.correction(caller.viewer, correction), "correction_unknown")
    )
