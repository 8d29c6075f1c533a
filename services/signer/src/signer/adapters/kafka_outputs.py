"""The signer's own topics on Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence

from contracts.documents.published import (
    PublishedLicenseFile,
    PublishedRecord,
    PublishedReturnReceipt,
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
from runtime.kafka import Connection, Outgoing, Partition, Producer, Record, Tail, partition_for
from runtime.trouble import Trouble
from signer.application.own_records import OwnRecords, Published
from signer.application.ports import SignatureRecords
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt

YIELD_EVERY = 16
"""Documents that are verified between two turns of the event loop, some 8 ms, so that a probe is answered."""


class KafkaOutputs:
    """Writes with one producer; reads its topics back to their ends when asked what is published."""

    def __init__(self, connection: Connection, producer: Producer, own: OwnRecords, *, topic_prefix: str) -> None:
        self._connection = connection
        self._producer = producer
        self._prefix = topic_prefix
        letters = DeadLetters(producer, topic_prefix=topic_prefix, service="signer")
        self._dead_letters = BuriedOnce(connection, letters)
        self._own = own
        self._read_to: dict[Partition, int] = dict.fromkeys(self._own_partitions(), 0)
        self._reading = asyncio.Lock()

    async def published(self, ledger: int) -> Published:
        """What lies there now; reads on from where the last call ended. Raises Trouble."""
        async with self._reading:
            checkpoints = [one for one in self._read_to if one.topic == self._name(CHECKPOINTS)]
            await self._catch_up(checkpoints)  # first, so that few files are ahead of them and need their own proof
            await self._catch_up([one for one in self._read_to if one not in checkpoints])
        return self._own.of(ledger)

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

    async def _catch_up(self, partitions: Iterable[Partition]) -> None:
        async with Tail(self._connection, {one: self._read_to[one] for one in partitions}) as tail:
            ends = await tail.end_offsets()
            if any(end < self._read_to[partition] for partition, end in ends.items()):
                self._begin_again()
            for partition, oldest in (await tail.beginning_offsets()).items():
                await tail.seek(partition, max(tail.next_offsets[partition], oldest))
            while any(tail.next_offsets[partition] < end for partition, end in ends.items()):
                for number, record in enumerate(await tail.next_batch()):
                    if number % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
                    self._own.notice(record)
                    self._read_to[Partition(record.topic, record.partition)] = record.offset + 1
                self._read_to |= await tail.positions()

    def _begin_again(self) -> None:
        """Raises Trouble, so that all is read from the beginning when it is asked for again."""
        self._own.begin_again()
        self._read_to = dict.fromkeys(self._own_partitions(), 0)
        raise Trouble("a topic of the signer was made anew: what lies there is read again")

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
        document_digest=receipt.document_digest,
        document=receipt.content,
    )


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """Wait for every one of them, also when one fails: none may still be under way when the caller tries again."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if result is not None:
            raise result
