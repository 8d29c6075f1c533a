"""POST /v1/commands: many commands in one request."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.concurrency_slots import slot_for
from ledger.entrypoints.api.openapi.examples import PROJECT
from runtime.web.bulk import ANSWER, MAX_REQUESTS, BulkAnswers, request_of
from runtime.web.concurrency_slots import ConcurrencySlots

PATH = "/v1/commands"

EXAMPLE = {"name": "add-device", "project": PROJECT, "serial": "009033010203"}

_slots = ConcurrencySlots(MAX_REQUESTS, what="requests of this kind")

router = APIRouter(prefix="/v1", tags=["commands in bulk"])


@router.post("/commands", response_class=Response, responses=ANSWER, openapi_extra=request_of(**EXAMPLE))
async def send_commands(request: Request, services: TheServices, caller: TheCaller) -> Response:
    """Many commands in one request.

    Each line is `{"idempotency_key": "...", "command": {"name": "issue-activation-key", ...}}`: `name` is a POST or
    a PUT of this API by its operation, with hyphens, and the other members are what its path and its body have. A
    line may also be named `return-licenses`: `document` is the return document in base64, and so is the receipt in
    its `answer`. Each line is answered by a line `{"line", "idempotency_key", "status", "answer" or "problem"}`, in
    the same order; `line` counts blank lines, too, which have no answer, and `idempotency_key` is left out where it
    can't be read. Lines do not wait for each other: what needs the result of another belongs in a later request. A
    request that was cut off is sent again whole, or from the first line without an answer on: its keys make that
    harmless. At most 10,000 lines of 64 KiB; one such request of an account at a time and two of a company, else
    `busy`.
    """
    return BulkAnswers(request, slot_for(_slots, services, caller))
