"""Support and presales cases: watched by their companies, told by the help desk's webhook (rule F9)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from prometheus_client import Counter
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.moments import Moment
from contracts.support.cases import NUMBER_PATTERN, CaseKind
from ledger.application.queries.support_cases import (
    CaseOrder,
    CasePlace,
    CaseSearch,
    CaseStates,
    SupportCaseDetailView,
    SupportCaseView,
)
from ledger.application.support_cases import SupportCaseNotice, TakenOutcome
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfQuery
from ledger.entrypoints.api.http.forms import FORMS
from ledger.entrypoints.api.http.webhook_signature import verified
from ledger.entrypoints.api.models.base import NO_CONTROLS
from runtime.logs import get_logger
from runtime.web import strict_json
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, bad_cursor, in_order, paged
from runtime.web.problems import Refused, require_found
from runtime.web.validation_messages import message_for

WEBHOOK = "/webhooks/support-cases"
"""Outside /v1: who sends it proves itself by a signature and has no token, so it is no operation for clients."""

router = APIRouter(prefix="/v1", tags=["support cases"])
webhook = APIRouter(include_in_schema=False)

_TAKEN = Counter("licensing_support_webhooks", "Webhooks of the help desk by what became of them", ["outcome"])
# From 0 on: an alert is on their increase, which nobody sees from nothing to the first ones.
for _outcome in (
    *("taken", "repeated", "stale_revision"),
    *("webhook_signature_invalid", "webhook_out_of_time", "webhook_replayed", "request_invalid"),
):
    _TAKEN.labels(_outcome)
_NUMBER = re.compile(NUMBER_PATTERN)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_log = get_logger("ledger.api")


async def _wanted(
    state: Annotated[
        CaseStates,
        Query(description="`open`: neither solved nor closed; `closed`: solved or closed; `all`: whatever the state."),
    ] = "open",
    kind: Annotated[CaseKind | None, Query(description="Only cases of this kind.")] = None,
    q: Annotated[
        str, Query(max_length=80, pattern=NO_CONTROLS, description="Any part of number, serial or title.")
    ] = "",
    order: Annotated[CaseOrder, Query(description="By which time; with a minus the newest first.")] = "-changed",
    company: CompanyOfQuery = None,
) -> CaseSearch:
    return CaseSearch(state, kind, q.strip(), company, order)


Wanted = Annotated[CaseSearch, Depends(_wanted)]


@router.get("/support-cases")
async def list_support_cases(
    services: TheServices, caller: TheCaller, wanted: Wanted, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[SupportCaseView]:
    """Cases of the company that the caller acts for, those that are open unless others are asked for.

    Every member sees them all, without a right in any project. Presales cases are for resellers. The vendor's staff
    sees those of all companies.
    """
    page = await services.queries.support_cases(caller.viewer, wanted, _after(in_order(cursor, wanted.order)), limit)
    column = wanted.order.lstrip("-")
    return paged(page, lambda row: f"{getattr(row, column).isoformat()}/{row.number}", wanted.order)


@router.get("/support-cases/{number}")
async def get_support_case(services: TheServices, caller: TheCaller, number: str) -> SupportCaseDetailView:
    """A case by the help desk's number, with its public messages."""
    if not _NUMBER.fullmatch(number):
        raise Refused("support_case_unknown")
    return require_found(await services.queries.support_case(caller.viewer, number), "support_case_unknown")


class TakenResponse(BaseModel):
    """What became of a webhook."""

    number: str
    revision: int
    outcome: TakenOutcome


@webhook.post(WEBHOOK)
async def take_support_case(services: TheServices, request: Request) -> TakenResponse:
    """Take what the help desk says of a case as of one revision, title and public messages included."""
    try:
        notice, outcome = await _taken(services, request.headers, await request.body())
    except Refused as refused:
        _TAKEN.labels(refused.code).inc()
        _log.warning("webhook_refused", code=refused.code, reason=refused.detail)
        raise
    _TAKEN.labels(outcome).inc()
    return TakenResponse(number=notice.number, revision=notice.revision, outcome=outcome)


async def _taken(services: TheServices, head: Mapping[str, str], body: bytes) -> tuple[SupportCaseNotice, TakenOutcome]:
    now = services.clock()
    delivery = verified(services.webhook_keys(), head, body, now=now)
    notice = _notice(body)
    outcome = await services.support_cases.take(delivery, notice, now=now)
    if outcome == "replayed":
        raise Refused("webhook_replayed")
    return notice, outcome


def _notice(body: bytes) -> SupportCaseNotice:
    """The case of a body; raises Refused, without any of its texts."""
    strict_json.loads(body)
    try:
        return SupportCaseNotice.from_json_bytes(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Refused("request_invalid", f"{place}: {message_for(first, FORMS)}") from None


def _after(cursor: str | None) -> CasePlace | None:
    """The place in a cursor; raises Refused."""
    if cursor is None:
        return None
    time, _, number = after_text(cursor).partition("/")
    try:
        return CasePlace(_MOMENT.validate_python(datetime.fromisoformat(time)), number)
    except ValueError:
        raise bad_cursor() from None
