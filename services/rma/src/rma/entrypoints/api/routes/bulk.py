"""POST /v1/commands: many commands in one request."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from rma.entrypoints.api.dependencies import TheCaller, TheSight
from runtime.web.bulk import ANSWER, MAX_REQUESTS, BulkAnswers, request_of
from runtime.web.concurrency_slots import ConcurrencySlots, Standing

PATH = "/v1/commands"

EXAMPLE = {"name": "receive-device", "rma": "RMA-2026-000117", "serial": "009033010203"}

_slots = ConcurrencySlots(MAX_REQUESTS, what="requests of this kind")

router = APIRouter(prefix="/v1", tags=["commands in bulk"])


@router.post("/commands", response_class=Response, responses=ANSWER, openapi_extra=request_of(**EXAMPLE))
async def send_commands(request: Request, sight: TheSight, caller: TheCaller) -> Response:
    """Many commands in one request, such as many cases.

    Each line is `{"idempotency_key": "...", "command": {"name": "file-case", ...}}`: `name` is a POST of this API by
    its operation, with hyphens, and the other members are what its path and its body have. Each line is answered by a
    line `{"line", "idempotency_key", "status", "answer" or "problem"}`, in the same order; `line` counts blank lines,
    too, which have no answer. Lines do not wait for each other. A request that was cut off is sent again whole: its
    keys make that harmless. At most 10,000 lines of 64 KiB; one such request of an account at a time and two of a
    company, else `busy`.
    """

    async def standing() -> Standing:
        if sight.is_staff:
            return Standing.STAFF
        return Standing.MEMBER if sight.is_member else Standing.STRANGER

    return BulkAnswers(request, _slots.slot(caller, standing=standing))
