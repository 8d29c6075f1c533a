"""Signing a ledger in memory to its end, or until it dies on the way."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

from contracts.documents.signature_record import LicenseFileSigned, ReturnReceiptSigned
from signer.application.ports import LedgerEvents, Outputs
from signer.application.signing import LedgerSigning
from signer.application.status import LedgerStatus
from tests.support.signer.memory import Interruptions, MemoryEvents, MemoryOutputs, When
from tests.support.signer.story import (
    KEYS,
    TRUSTED,
)

SECONDS = 5.0


def signing_of(events: LedgerEvents, outputs: Outputs, ledger: int = 0) -> LedgerSigning:
    if isinstance(outputs, MemoryOutputs):
        outputs.restart()
    return LedgerSigning(ledger, keys=KEYS, trusted=TRUSTED, events=events, outputs=outputs)


async def sign(values: Sequence[bytes], outputs: Outputs, *, batch_size: int = 100, ledger: int = 0) -> LedgerStatus:
    """Run until the end of the ledger, or until it stops by itself."""
    stop = asyncio.Event()
    events = MemoryEvents(values, batch_size=batch_size)
    signing = signing_of(events, outputs, ledger)
    task = asyncio.create_task(signing.run(stop))
    async with asyncio.timeout(SECONDS):
        while signing.status.phase not in ("following", "stopped"):  # noqa: ASYNC110 - it is a plain value
            await asyncio.sleep(0.001)
    stop.set()
    await task
    return signing.status


async def die(values: Sequence[bytes], outputs: MemoryOutputs, allowed: int, when: When, batch_size: int) -> None:
    outputs.restart()
    interruptions = Interruptions(outputs, allowed, then="die", when=when)
    task = asyncio.create_task(sign(values, interruptions, batch_size=batch_size))
    happened = asyncio.create_task(interruptions.happened.wait())
    await asyncio.wait({task, happened}, return_when=asyncio.FIRST_COMPLETED, timeout=SECONDS)
    happened.cancel()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def assert_as_good_as(
    outputs: MemoryOutputs, whole: MemoryOutputs, *, outdated: Collection[tuple[str, int]] = ()
) -> None:
    """Both hold the same bytes, nothing was ever unrecorded, and no older file came behind a newer one.

    `outdated` names files, by serial and entry, that may be missing: a newer one follows each.
    """
    for key, files in whole.files.items():
        assert outputs.files[key][-1].content == files[-1].content
        needed = {one.content for one in files if (key, one.record.sequence) not in outdated}
        assert needed <= {one.content for one in outputs.files[key]} <= {one.content for one in files}
        sequences = [one.record.sequence for one in outputs.files[key]]
        assert sequences == sorted(sequences), "an older file came to lie behind a newer one"
    assert outputs.receipts.keys() == whole.receipts.keys()
    for key, receipts in whole.receipts.items():
        assert outputs.receipts[key][-1].content == receipts[-1].content
    assert outputs.checkpoints[0][-1] == whole.checkpoints[0][-1]
    recorded = {one.sha256 for one in outputs.audit if isinstance(one, LicenseFileSigned | ReturnReceiptSigned)}
    assert recorded >= {one.record.sha256 for files in outputs.files.values() for one in files}
    assert recorded >= {one.record.sha256 for receipts in outputs.receipts.values() for one in receipts}
