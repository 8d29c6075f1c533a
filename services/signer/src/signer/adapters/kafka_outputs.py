"""The signer's own topics on Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence

from contracts.documents.published import (
    NotAPublishedDocument,
    PublishedLicenseFile,
    PublishedRecord,
    PublishedReturnReceipt,
    decode_license_file,
    decode_return_receipt,
)
from contracts.topics import (
    CHECKPOINTS,
    LICENSE_FILES,
    RETURN_RECEIPTS,
    SIGNATURES,
    Topic,
    topic_name,
)
from runtime.dead_letters import BuriedOnce, DeadLetters
from runtime.kafka import Connection, Outgoing, Partition, PartitionTail, Producer, Record, partition_for
from signer.application.ports import Published, SignatureRecords
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt


class KafkaOutputs:
    """Writes with one producer; reads its topics back to their ends when asked what is published."""

    def __init__(self, connection: Connection, producer: Producer, *, topic_prefix: str) -> None:
        self._connection = connection
        self._producer = producer
        self._prefix = topic_prefix
        letters = DeadLetters(producer, topic_prefix=topic_prefix, service="signer")
        self._dead_letters = BuriedOnce(connection, letters)
        self._published: dict[int, Published] = defaultdict(Published)
        self._read_to: dict[Partition, int] = dict.fromkeys(self._own_partitions(), 0)
        self._reading = asyncio.Lock()

    async def published(self, ledger: int) -> Published:
        """What lies there now; reads on from where the last call ended. Raises Trouble."""
        async with self._reading:
            await _all(self._catch_up(partition) for partition in self._read_to)
        return self._published[ledger]

    async def record(self, records: SignatureRecords) -> None:
        """Append audit records."""
        rows = [(one.key_id.encode(), one.json_bytes(), ()) for one in records]
        await self._producer.send_many(self._name(SIGNATURES), 0, rows)

    async def publish_receipts(self, receipts: Sequence[SignedReturnReceipt]) -> None:
        """Append return receipts, each in its device's partition."""
        rows = [(one.record.serial, published_receipt(one).record()) for one in receipts]
        await self._by_device(RETURN_RECEIPTS, rows)

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        """Append license files in order, each in its device's partition."""
        rows = [(one.record.serial, published_file(one).record()) for one in files]
        await self._by_device(LICENSE_FILES, rows)

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        """Replace the ledger's checkpoint."""
        row = (str(ledger).encode(), note.encode(), ())
        await self._producer.send_many(self._name(CHECKPOINTS), 0, [row])

    async def bury(self, record: Record, reason: str) -> None:
        """Put a poison record into the dead letters, unless it is there already."""
        await self._dead_letters.put(record, reason)

    async def _by_device(self, topic: Topic, rows: Iterable[tuple[str, PublishedRecord]]) -> None:
        parts: dict[int, list[Outgoing]] = defaultdict(list)
        for serial, record in rows:
            parts[partition_for(serial.encode(), topic.partitions)].append(record)
        name = self._name(topic)
        await _all(self._producer.send_many(name, number, part) for number, part in parts.items())

    async def _catch_up(self, partition: Partition) -> None:
        async with PartitionTail(self._connection, *partition, self._read_to[partition]) as tail:
            end = await tail.end_offset()
            await tail.seek(max(tail.next_offset, await tail.beginning_offset()))
            while tail.next_offset < end:
                for record in await tail.next_batch():
                    self._notice(record)
                self._read_to[partition] = await tail.position()

    def _notice(self, record: Record) -> None:
        if record.topic == self._name(CHECKPOINTS):
            note = record.value.decode(errors="replace") if record.value else None
            self._published[_number(record.key)].checkpoint = note
        else:
            self._notice_document(record)

    def _notice_document(self, record: Record) -> None:
        """What no reader can read, or was taken back, is not published: it is made and written again."""
        is_file = record.topic == self._name(LICENSE_FILES)
        key = (record.key or b"").decode(errors="replace")
        document = _document(record, is_file=is_file)
        if document is None:
            for known in self._published.values():
                (known.files if is_file else known.receipts).pop(key, None)
        else:
            published = self._published[document.ledger]
            (published.files if is_file else published.receipts)[key] = document.sequence

    def _own_partitions(self) -> Iterable[Partition]:
        for topic in (LICENSE_FILES, RETURN_RECEIPTS, CHECKPOINTS):
            for number in range(topic.partitions):
                yield Partition(self._name(topic), number)

    def _name(self, topic: Topic) -> str:
        return topic_name(topic, self._prefix)


def published_file(file: SignedLicenseFile) -> PublishedLicenseFile:
    """A license file as it lies on its topic."""
    record = file.record
    return PublishedLicenseFile(
        serial=record.serial,
        ledger=record.ledger,
        sequence=record.sequence,
        generation=record.generation,
        issue=record.issue,
        sha256=record.sha256,
        replaced_by=file.replaced_by,
        document=file.content,
    )


def published_receipt(receipt: SignedReturnReceipt) -> PublishedReturnReceipt:
    """A receipt as it lies on its topic."""
    record = receipt.record
    return PublishedReturnReceipt(
        serial=record.serial,
        ledger=record.ledger,
        sequence=record.sequence,
        generation=record.generation,
        sha256=record.sha256,
        document=receipt.content,
    )


def _document(record: Record, *, is_file: bool) -> PublishedLicenseFile | PublishedReturnReceipt | None:
    decode = decode_license_file if is_file else decode_return_receipt
    try:
        document = decode(record.key, record.value, record.headers)
    except NotAPublishedDocument:
        return None
    return document if isinstance(document, PublishedLicenseFile | PublishedReturnReceipt) else None


def _number(text: bytes | None) -> int:
    """A number of our own making; 0 for anything else, which is then made and written again."""
    return int(text) if text is not None and text.isdigit() else 0


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """Wait for every one of them, also when one fails: none may still be under way when the caller tries again."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if result is not None:
            raise result
