"""Cases: filing one, finding them, and reading one with its history."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from contracts.identifiers import UUID_PATTERN
from contracts.outcomes import Rejected
from contracts.rma.cases import State
from contracts.rma.commands import FileCase
from rma.application.personal_data import OtherRequestKept
from rma.application.queries.cases import CaseSearch
from rma.application.queries.views import CaseView, EntryView, SummaryView
from rma.entrypoints.api.dependencies import Services, TheServices, TheSight, today
from rma.entrypoints.api.http.commands import RMA_PATTERN, CommandIdOfRequest, RmaOfPath, TheCommandSender
from rma.entrypoints.api.models.cases import CaseResponse, FileCaseBody
from runtime.web.as_of import AsOf
from runtime.web.bodies import DayText
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import SEQUENCE_SECONDS, Reached, reaches
from runtime.web.pagination import PAGE_ROWS, Cursor, InOrderOfEntries, Limit, PageView, after_numbers, paged
from runtime.web.path_values import part_of_serial, serial_of
from runtime.web.problems import Refused, require_found
from runtime.web.rejections import sequence_of

router = APIRouter(prefix="/v1/rmas", tags=["cases"])

REUSED = "idempotency_key_reused"


@router.post("", status_code=201)
async def file_case(body: FileCaseBody, sender: TheCommandSender, command_id: CommandIdOfRequest) -> CaseResponse:
    """Report one broken device, whose RMA number comes back. For whoever has the right `rma` in its project.

    A device has one open case. What is said of persons and of the defect is not in the log, and staff can erase it.
    """
    services = sender.services
    said = body.model_dump(mode="json", exclude={"serial", "reference"}, exclude_none=True)
    command = FileCase(serial=serial_of(body.serial), reference=body.reference)
    try:
        await services.requests.keep(command_id, said)
    except OtherRequestKept:
        raise Refused(REUSED) from None
    outcome = await sender.ask(command, command_id)
    if isinstance(outcome, Rejected) and outcome.code != REUSED:  # the case of that key keeps its request
        await services.requests.discard(command_id)
    sequence = sequence_of(outcome)
    confirmed = services.requests.confirm(command_id, said)
    _, rma = await asyncio.gather(confirmed, _number_of(services, sequence))
    return CaseResponse(rma=rma, sequence=sequence)


async def _number_of(services: Services, sequence: int) -> str:
    """The number under which a case was filed by this entry, once the rows have it."""
    if not await reaches(services, sequence, seconds=SEQUENCE_SECONDS):
        raise Refused("sequence_not_reached", extras={"at_least": sequence})
    return require_found(await services.queries.filed_by(sequence), "rma_unknown")


async def _wanted(  # noqa: PLR0913 - a search has this many parts
    *,
    rma: Annotated[str | None, Query(pattern=RMA_PATTERN, description="The number of one case.")] = None,
    serial: Annotated[str, Query(max_length=24, description="A part of the serial.", examples=["0203"])] = "",
    company: Annotated[str | None, Query(pattern=UUID_PATTERN, description="Cases of this company's devices.")] = None,
    project: Annotated[str | None, Query(pattern=UUID_PATTERN)] = None,
    reference: Annotated[str | None, Query(min_length=1, max_length=64, description="The requester's own.")] = None,
    state: State | None = None,
    is_open: Annotated[bool | None, Query(description="Whether the case goes on.")] = None,
    owed: Annotated[bool | None, Query(description="Whether a device has to come back.")] = None,
    filed_before: Annotated[DayText | None, Query(description="Cases older than this day.")] = None,
) -> CaseSearch:
    return CaseSearch(
        rma=rma,
        serial=part_of_serial(serial),
        company=company,
        project=project,
        reference=reference,
        state=state,
        open=is_open,
        owed=owed,
        filed_before=filed_before,
    )


Wanted = Annotated[CaseSearch, Depends(_wanted)]


@router.get("", dependencies=[Reached], response_model_exclude_unset=True)
async def find_cases(
    services: TheServices, sight: TheSight, wanted: Wanted, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[SummaryView]:
    """Cases that the caller sees, in the order of filing: a clerk's queue, and the search in it."""
    page = await services.queries.find(sight, wanted, walk.start, limit, today(services))
    return walk.paged(page, lambda row: row.filed_sequence)


@router.get("/{rma}", dependencies=[Reached], response_model=CaseView, response_model_exclude_unset=True)
async def get_case(
    rma: RmaOfPath, services: TheServices, sight: TheSight, as_of: AsOf, if_none_match: IfNoneMatch
) -> Response:
    """A case: its state, what its caller is expected to do next, and what he may do."""
    view = require_found(await services.queries.case(sight, rma, as_of, today(services)), "rma_unknown")
    return etag_response(if_none_match, view, leaves_out_unset=True)


@router.get("/{rma}/history", dependencies=[Reached])
async def get_case_history(
    rma: RmaOfPath, services: TheServices, sight: TheSight, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[EntryView]:
    """Every step of the case, oldest first."""
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.history(sight, rma, after, limit)
    return paged(require_found(page, "rma_unknown"), lambda row: str(row.sequence))
