"""Messages in a case, and erasing what people said of themselves. None of it is in any log."""

from fastapi import APIRouter

from rma.application.attaching import erase
from rma.application.personal_data import OtherRequestKept
from rma.application.queries.views import CaseView, MessageView
from rma.entrypoints.api.dependencies import TheServices, TheSight, today
from rma.entrypoints.api.http.commands import CommandIdOfRequest, RmaOfPath
from rma.entrypoints.api.http.taking_part import require_part, require_seen, require_staff
from rma.entrypoints.api.models.cases import MessageBody
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_numbers, paged
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1/rmas/{rma}", tags=["messages and attachments"])


@router.post("/messages", status_code=201)
async def write_message(
    rma: RmaOfPath, body: MessageBody, services: TheServices, sight: TheSight, command_id: CommandIdOfRequest
) -> MessageView:
    """Say something in the case. For whoever has the right `rma` in its project, and for the vendor's staff."""
    await require_part(services, sight, rma)
    try:
        return await services.messages.add(rma, command_id, sight.account, body.text)
    except OtherRequestKept:
        raise Refused("idempotency_key_reused") from None


@router.get("/messages", dependencies=[Reached])
async def list_messages(
    rma: RmaOfPath, services: TheServices, sight: TheSight, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[MessageView]:
    """What was said in the case, oldest first."""
    await require_seen(services, sight, rma)
    (after,) = after_numbers(cursor, 1)
    return paged(await services.messages.of_case(rma, after, limit), lambda row: str(row.number))


@router.delete("/personal-data", dependencies=[Reached], response_model_exclude_unset=True)
async def erase_personal_data(rma: RmaOfPath, services: TheServices, sight: TheSight) -> CaseView:
    """Erase contacts, address, defect, messages and attachments of the case for ever; again is harmless.

    The case itself stays as it is, and says when this was done. For the vendor's staff.
    """
    await require_seen(services, sight, rma)
    require_staff(sight)
    command_id = require_found(await services.queries.command_of(rma), "rma_unknown")
    await erase(services.personal_data, services.blobs, rma, command_id, by=sight.account.account)
    return require_found(await services.queries.case(sight, rma, None, today(services)), "rma_unknown")
