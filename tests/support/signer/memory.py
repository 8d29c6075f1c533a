"""The signer's outside in memory: a ledger's partition, and the signer's own topics as compaction leaves them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, TypeVar

from contracts.documents.signature_record import CheckpointSigned, LicenseFileSigned, ReturnReceiptSigned
from runtime.kafka import Record
from runtime.trouble import Trouble
from signer.application.ports import Outputs, Published, SignatureRecords, receipt_key
from signer.domain.documents import SignedDocument, SignedLicenseFile, SignedReturnReceipt

EVENTS = "licensing.ledger.events"
Then = Literal["die", "trouble"]
When = Literal["before", "half", "after"]
T = TypeVar("T")


class MemoryEvents:
    """One ledger's partition. When it is `away`, it has nothing new, as with a real broker."""

    def __init__(self, values: Sequence[bytes] = (), *, batch_size: int = 100) -> None:
        self.values = list(values)
        self.next_offset = 0
        self.away = False
        self._batch_size = batch_size

    async def next_batch(self) -> list[Record]:
        await asyncio.sleep(0 if self.next_offset < len(self.values) else 0.005)
        found = self.values[self.next_offset : self.next_offset + self._batch_size]
        first, self.next_offset = self.next_offset, self.next_offset + len(found)
        return [Record(EVENTS, 0, first + number, None, value, (), 0) for number, value in enumerate(found)]

    async def seek(self, offset: int) -> None:
        self.next_offset = offset

    async def end_offset(self) -> int:
        if self.away:
            raise Trouble("no broker answers")
        return len(self.values)


class MemoryOutputs:
    """The signer's own topics; `files` and `receipts` are whole histories by key, in log order."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.audit: list[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned] = []
        self.files: dict[str, list[SignedLicenseFile]] = {}
        self.receipts: dict[str, list[SignedReturnReceipt]] = {}
        self.checkpoints: dict[int, list[str]] = {}
        self.dead: list[tuple[int, str]] = []

    async def published(self, ledger: int) -> Published:
        return Published(
            files=_last(self.files, ledger),
            receipts=_last(self.receipts, ledger),
            checkpoint=self.checkpoints.get(ledger, [None])[-1],
        )

    async def record(self, records: SignatureRecords) -> None:
        self.journal.append("audit")
        self.audit += records

    async def publish_receipts(self, receipts: Sequence[SignedReturnReceipt]) -> None:
        self.journal.append("receipts")
        for one in receipts:
            self.receipts.setdefault(receipt_key(one), []).append(one)

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        self.journal.append("files")
        for one in files:
            self.files.setdefault(one.record.serial, []).append(one)

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        self.journal.append("checkpoint")
        self.checkpoints.setdefault(ledger, []).append(note)

    async def bury(self, record: Record, reason: str) -> None:
        if (record.offset, reason) not in self.dead:
            self.dead.append((record.offset, reason))


def _last(histories: Mapping[str, Sequence[SignedDocument]], ledger: int) -> dict[str, int]:
    mine = {key: [one.record for one in all_of if one.record.ledger == ledger] for key, all_of in histories.items()}
    return {key: records[-1].sequence for key, records in mine.items() if records}


class Interruptions:
    """Lets the first `allowed` outside calls through, and then does `then` before or after the next one.

    Around any Outputs. "die" is a crash: the call never returns, and the test cancels who waits for it. "trouble" is
    one failure of the broker, which may have taken all, half or nothing of what it was sent.
    """

    def __init__(self, inner: Outputs, allowed: int, *, then: Then, when: When) -> None:
        self._inner = inner
        self._allowed = allowed
        self._then = then
        self._when = when
        self.happened = asyncio.Event()

    async def published(self, ledger: int) -> Published:
        await self._meet()
        return await self._inner.published(ledger)

    async def record(self, records: SignatureRecords) -> None:
        await self._interrupt(self._inner.record, records)

    async def publish_receipts(self, receipts: Sequence[SignedReturnReceipt]) -> None:
        await self._interrupt(self._inner.publish_receipts, receipts)

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        await self._interrupt(self._inner.publish_files, files)

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        await self._meet()
        await self._inner.publish_checkpoint(ledger, note)

    async def bury(self, record: Record, reason: str) -> None:
        await self._meet()
        await self._inner.bury(record, reason)

    async def _interrupt(self, call: Callable[[Sequence[T]], Awaitable[None]], items: Sequence[T]) -> None:
        self._allowed -= 1
        if self._allowed != -1 or self._when == "after":
            await call(items)
        elif self._when == "half":
            await call(items[: (len(items) + 1) // 2])
        if self._allowed == -1:
            await self._happen()

    async def _meet(self) -> None:
        self._allowed -= 1
        if self._allowed == -1:
            await self._happen()

    async def _happen(self) -> None:
        self.happened.set()
        if self._then == "trouble":
            raise Trouble("the broker is away")
        await asyncio.Event().wait()
