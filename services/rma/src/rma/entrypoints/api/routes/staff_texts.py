"""The texts that an entry of the log of cases names by digest: read with what checks them, and erased."""

from typing import Annotated

from fastapi import APIRouter, Path

from contracts.identifiers import MAX_SEQUENCE
from rma.entrypoints.api.dependencies import TheServices, TheSight
from rma.entrypoints.api.http.taking_part import require_staff
from runtime.staff_texts import EntryTextsView
from runtime.web.consistency import Reached
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/entries", tags=["texts"])

SequenceOfPath = Annotated[int, Path(ge=1, le=MAX_SEQUENCE)]


@router.get("/{sequence}/texts", dependencies=[Reached])
async def get_entry_texts(sequence: SequenceOfPath, services: TheServices, sight: TheSight) -> EntryTextsView:
    """Findings, reasons and references, each with salt and digest, so that anybody can check it. For the staff.

    The digest is SHA-256 of the line `licensing/staff-text/v1`, the salt and the text.
    """
    require_staff(sight)
    return require_found(await services.queries.texts_of_entry(sequence), "entry_not_found")


@router.delete("/{sequence}/texts", dependencies=[Reached])
async def erase_entry_texts(sequence: SequenceOfPath, services: TheServices, sight: TheSight) -> EntryTextsView:
    """Erase the texts that an entry names, for ever; again is harmless. For the vendor's staff.

    The entry stays as it is. Wherever a text was shown, `erased` stands from now on.
    """
    require_staff(sight)
    command_id = require_found(await services.queries.command_of_entry(sequence), "entry_not_found")
    await services.texts.erase(command_id, by=sight.account.account)
    return require_found(await services.queries.texts_of_entry(sequence), "entry_not_found")
