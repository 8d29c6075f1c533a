"""The signer's outside in memory: a ledger's partition, and the signer's own topics as compaction leaves them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

from contracts.documents.published import PublishedRecord, file_key
from contracts.documents.signature_record import CheckpointSigned, LicenseFileSigned, ReturnReceiptSigned
from contracts.topics import CHECKPOINTS, LICENSE_FILES, PREFIX, RETURN_RECEIPTS, Topic, topic_name
from runtime.kafka import Headers, Record, partition_for
from runtime.trouble import Trouble
from signer.adapters.kafka_outputs import published_file, published_receipt
from signer.application.own_records import OwnRecords, Published
from signer.application.ports import Outputs, SignatureRecords
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt
from signer.domain.own_signatures import OwnSignatures
from tests.support.signer.story import KEYS

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
    """The signer's own topics; `files` and `receipts` are whole histories by key, in log order.

    What a start finds is told from records, as on a real broker; `lay` puts a record of anybody's on a topic.
    """

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.audit: list[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned] = []
        self.files: dict[str, list[SignedLicenseFile]] = {}
        self.receipts: dict[str, list[SignedReturnReceipt]] = {}
        self.checkpoints: dict[int, list[str]] = {}
        self.dead: list[tuple[int, str]] = []
        self.records: list[Record] = []
        self.own = OwnRecords(OwnSignatures(KEYS), topic_prefix=PREFIX)
        self._noticed = 0

    def restart(self) -> None:
        """A new process reads its topics from their beginnings."""
        self.own = OwnRecords(OwnSignatures(KEYS), topic_prefix=PREFIX)
        self._noticed = 0

    def lose_files(self, *serials: str) -> None:
        """The topic lost the files of these devices."""
        keys = {file_key(0, serial).encode() for serial in serials}
        self.records = [record for record in self.records if record.key not in keys]
        for serial in serials:
            del self.files[serial]

    def make_anew(self) -> None:
        """Somebody deleted the topics of documents, and they were made again."""
        self.records = [record for record in self.records if record.topic == topic_name(CHECKPOINTS)]
        self.own.begin_again()
        self._noticed = 0

    def compact(self) -> None:
        """Of each topic and key only the last record stays, and of a tombstone nothing."""
        last = {(record.topic, record.partition, record.key): record for record in self.records}
        self.records = [record for record in last.values() if record.value is not None]

    def lay(self, topic: Topic, key: str, value: bytes | None, headers: Headers = (), *, serial: str = "") -> None:
        """The next record of a topic, in the partition of its serial."""
        partition = partition_for(serial.encode(), topic.partitions) if serial else 0
        record = Record(topic_name(topic), partition, len(self.records), key.encode(), value, headers, 0)
        self.records.append(record)

    async def published(self, ledger: int) -> Published:
        for record in self.records[self._noticed :]:
            self.own.notice(record)
        self._noticed = len(self.records)
        return self.own.of(ledger)

    async def record(self, records: SignatureRecords) -> None:
        self.journal.append("audit")
        self.audit += records

    async def publish_receipts(self, receipts: Sequence[SignedReturnReceipt]) -> None:
        self.journal.append("receipts")
        for one in receipts:
            self.receipts.setdefault(f"{one.record.serial}/{one.record.generation}", []).append(one)
            self._lay_document(RETURN_RECEIPTS, one.record.serial, published_receipt(one).record())

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        self.journal.append("files")
        for one in files:
            self.files.setdefault(one.record.serial, []).append(one)
            self._lay_document(LICENSE_FILES, one.record.serial, published_file(one).record())

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        self.journal.append("checkpoint")
        self.checkpoints.setdefault(ledger, []).append(note)
        self.lay(CHECKPOINTS, str(ledger), note.encode())

    async def bury(self, record: Record, reason: str) -> None:
        if (record.offset, reason) not in self.dead:
            self.dead.append((record.offset, reason))

    def _lay_document(self, topic: Topic, serial: str, record: PublishedRecord) -> None:
        self.lay(topic, record.key.decode(), record.value, record.headers, serial=serial)


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
