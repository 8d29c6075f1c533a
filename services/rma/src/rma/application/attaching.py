"""Files come and go: at each moment it is known where bytes lie, whatever ends in between."""

from typing import BinaryIO

from contracts.actors import Account
from rma.application.personal_data import AttachedFile, Attachments, PersonalData
from rma.application.queries.views import AttachmentView
from runtime.blobs.port import Blobs


async def attach(
    attachments: Attachments,
    blobs: Blobs,
    rma: str,
    command_id: str,
    *,
    by: Account,
    known: AttachedFile,
    file: BinaryIO,
) -> AttachmentView:
    """Note the file, keep its bytes, then show it. Raises OtherRequestKept, AttachmentsFull, or Trouble."""
    view = await attachments.reserve(rma, command_id, by, known)
    if view.erased is None:
        await blobs.put(known.blob, file, known.size)
        if not await attachments.stored(command_id):  # it was erased while its bytes came
            await blobs.remove(known.blob)
    return view


async def erase(personal_data: PersonalData, blobs: Blobs, rma: str, command_id: str, *, by: str) -> None:
    """Take what people said and attached away; bytes first, so that none is left that nobody knows of."""
    while True:
        names = await personal_data.blobs(rma)
        for name in names:
            await blobs.remove(name)
        await personal_data.erase(rma, command_id, by, names)
        if not names:
            return


async def sweep(attachments: Attachments, blobs: Blobs) -> int:
    """Take files away whose sender was lost on the way; how many."""
    names = await attachments.lost()
    for name in names:
        await blobs.remove(name)
        await attachments.forget(name)
    return len(names)
