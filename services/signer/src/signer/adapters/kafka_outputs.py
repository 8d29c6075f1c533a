"""The signer's own topics on Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence

from contracts.documents.signature_record import LicenseFileSigned, ReturnReceiptSigned
from contracts.topics import (
    CHECKPOINTS,
    DEAD_LETTERS,
    EVENTS,
    LICENSE_FILES,
    RETURN_RECEIPTS,
    SIGNATURES,
    Topic,
    topic_name,
)
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Headers, Outgoing, Partition, PartitionTail, Producer, Record, partition_for
from signer.application.ports import Published, SignatureRecords, receipt_key
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt


class KafkaOutputs:
    """Writes with one producer; reads its topics back to their ends when asked what is published."""

    def __init__(self, connection: Connection, producer: Producer, *, topic_prefix: str) -> None:
        self._connection = connection
        self._producer = producer
        self._prefix = topic_prefix
        self._dead_letters = DeadLetters(producer, topic_prefix=topic_prefix, service="signer")
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
        rows = [(one.record.serial, receipt_key(one), one.content, receipt_headers(one.record)) for one in receipts]
        await self._by_device(RETURN_RECEIPTS, rows)

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        """Append license files in order, each in its device's partition."""
        rows = [(one.record.serial, one.record.serial, one.content, file_headers(one)) for one in files]
        await self._by_device(LICENSE_FILES, rows)

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        """Replace the ledger's checkpoint."""
        row = (str(ledger).encode(), note.encode(), ())
        await self._producer.send_many(self._name(CHECKPOINTS), 0, [row])

    async def bury(self, record: Record, reason: str) -> None:
        """Set a poison record aside."""
        await self._dead_letters.put(record, reason)

    async def _by_device(self, topic: Topic, rows: Iterable[tuple[str, str, bytes, Headers]]) -> None:
        parts: dict[int, list[Outgoing]] = defaultdict(list)
        for serial, key, content, headers in rows:
            parts[partition_for(serial.encode(), topic.partitions)].append((key.encode(), content, headers))
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
        if record.topic == self._name(DEAD_LETTERS["signer"]):
            self._notice_dead_letter(record)
        elif record.topic == self._name(CHECKPOINTS):
            note = record.value.decode(errors="replace") if record.value else None
            self._published[_number(record.key)].checkpoint = note
        else:
            published = self._published[_number(record.header("ledger"))]
            is_file = record.topic == self._name(LICENSE_FILES)
            key = (record.key or b"").decode(errors="replace")
            (published.files if is_file else published.receipts)[key] = _number(record.header("sequence"))

    def _notice_dead_letter(self, record: Record) -> None:
        if record.header("topic") == self._name(EVENTS).encode():
            published = self._published[_number(record.header("partition"))]
            published.dead_letters_to = max(published.dead_letters_to, _number(record.header("offset")) + 1)

    def _own_partitions(self) -> Iterable[Partition]:
        for topic in (LICENSE_FILES, RETURN_RECEIPTS, CHECKPOINTS, DEAD_LETTERS["signer"]):
            for number in range(topic.partitions):
                yield Partition(self._name(topic), number)

    def _name(self, topic: Topic) -> str:
        return topic_name(topic, self._prefix)


def file_headers(file: SignedLicenseFile) -> Headers:
    """What a reader of license files may want to know without parsing one."""
    record = file.record
    said = (*_headers(record), ("issue", b"%d" % record.issue), ("sha256", record.sha256.encode()))
    return said if file.replaced_by is None else (*said, ("replaced-by", file.replaced_by.encode()))


def receipt_headers(record: ReturnReceiptSigned) -> Headers:
    """The same of a receipt; `generation` is the one that was given back."""
    return (*_headers(record), ("sha256", record.sha256.encode()))


def _headers(record: LicenseFileSigned | ReturnReceiptSigned) -> Headers:
    return (
        ("ledger", b"%d" % record.ledger),
        ("sequence", b"%d" % record.sequence),
        ("generation", b"%d" % record.generation),
    )


def _number(text: bytes | None) -> int:
    """A number of our own making; 0 for anything else, which is then made and written again."""
    return int(text) if text is not None and text.isdigit() else 0


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """Wait for every one of them, also when one fails: none may still be under way when the caller tries again."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if result is not None:
            raise result
