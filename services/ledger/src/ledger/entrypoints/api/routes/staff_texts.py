"""The texts of staff that an entry names by digest: read with what checks them, and erased."""

from typing import Annotated

from fastapi import APIRouter, Path

from contracts.identifiers import MAX_SEQUENCE
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from runtime.staff_texts import EntryTextsView
from runtime.web.consistency import Reached
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/entries", tags=["staff"])

SequenceOfPath = Annotated[int, Path(ge=1, le=MAX_SEQUENCE)]


@router.get("/{sequence}/texts", dependencies=[Reached])
async def get_entry_texts(sequence: SequenceOfPath, services: TheServices, caller: TheCaller) -> EntryTextsView:
    """Texts of staff, each with salt and digest, so that anybody can check it. For the vendor's staff.

    The digest is SHA-256 of the line `licensing/staff-text/v1`, the salt and the text.
    """
    return require_found(await services.texts.of_entry(caller.viewer, sequence), "entry_not_found")


@router.delete("/{sequence}/texts", dependencies=[Reached])
async def erase_entry_texts(sequence: SequenceOfPath, services: TheServices, caller: TheCaller) -> EntryTextsView:
    """Erase the texts of staff that an entry names, for ever; again is harmless. For the vendor's staff.

    The entry stays as it is. Wherever a text was shown, `erased` stands from now on.
    """
    return require_found(await services.texts.erase(caller.viewer, sequence), "entry_not_found")
