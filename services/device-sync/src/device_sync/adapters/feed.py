"""Feeds the store from the signer's two compacted topics.

A document is verified here, once, and served from the store without further looks. What the signer did not sign becomes
a dead letter with its reason, and stops nothing.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from contracts.documents.license_keys import LicenseKeys
from contracts.documents.published import NotAPublishedDocument, decode_license_file, decode_return_receipt
from contracts.topics import LICENSE_FILES, RETURN_RECEIPTS, topic_name
from device_sync.adapters.metrics import FED
from device_sync.application.ports import LicenseFileRow, Positions, ReceiptRow, Row, Store
from runtime import retry
from runtime.kafka import Connection, OffsetGone, Partition, Record, Tail
from runtime.logs import get_logger
from runtime.reader_lag import Place
from runtime.trouble import Trouble

BATCH = 500
"""Rows in one transaction, some 10 ms of the event loop beside their verification."""
YIELD_EVERY = 8
"""Documents that are verified between two turns of the event loop, some 2 ms: boxes do not wait for the feed."""
AGAIN_SECONDS = 0.5

_WORDS: dict[type[Row], str] = {LicenseFileRow: "license-file", ReceiptRow: "return-receipt"}
_log = get_logger("device_sync.feed")


class PoisonBox(Protocol):
    """Where poison goes; see runtime.dead_letters."""

    async def put(self, record: Record, reason: str) -> None: ...


class Feed:
    """Follows both topics from where the store is; `caught_up` once it has all that lay there at the start.

    `places` is how far the store has each partition.
    """

    def __init__(
        self,
        connection: Connection,
        store: Store,
        dead_letters: PoisonBox,
        *,
        trusted: LicenseKeys,
        topic_prefix: str,
    ) -> None:
        self._connection = connection
        self._store = store
        self._dead_letters = dead_letters
        self._trusted = trusted
        self._files = topic_name(LICENSE_FILES, topic_prefix)
        self._receipts = topic_name(RETURN_RECEIPTS, topic_prefix)
        self._goal: dict[Partition, int] | None = None
        self.places = {partition: Place() for partition in self._partitions()}
        self.caught_up = False
        self.trouble = "has not read anything yet"

    async def run(self) -> None:
        """Never returns: retries after trouble, and reads a topic that was made anew from its start."""
        await retry.forever(self._follow, pause_seconds=AGAIN_SECONDS, on=(Trouble, OffsetGone), noted=self._note)

    def _note(self, reason: Exception) -> None:
        self.trouble = str(reason)
        if isinstance(reason, OffsetGone):
            _log.warning("feed_begins_anew", reason=self.trouble)
            self._store.clear()
            self._goal, self.caught_up = None, False
        else:
            _log.warning("feed_waits", reason=self.trouble)

    async def _follow(self) -> None:
        async with Tail(self._connection, self._start()) as tail:
            await self._skip_what_is_gone(tail)
            for partition, offset in tail.next_offsets.items():
                self.places[partition].handled(offset, 0)
            if self._goal is None:
                self._goal = await tail.end_offsets()
            while True:
                records = await tail.next_batch(BATCH)
                if records:
                    await self._take(records)
                if not self.caught_up:
                    self._notice(await tail.positions())
                elif not records:
                    await tail.end_offsets()  # Trouble if no broker is there
                self.trouble = ""

    async def _skip_what_is_gone(self, tail: Tail) -> None:
        for partition, oldest in (await tail.beginning_offsets()).items():
            if tail.next_offsets[partition] < oldest:
                await tail.seek(partition, oldest)

    async def _take(self, records: Sequence[Record]) -> None:
        rows: list[Row] = []
        for number, record in enumerate(records):
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            try:
                rows.append(self._row(record))
                FED.labels(_WORDS[type(rows[-1])]).inc()
            except NotAPublishedDocument as poison:
                await self._dead_letters.put(record, str(poison))
                FED.labels("poison").inc()
        self._store.take(rows, {(record.topic, record.partition): record.offset + 1 for record in records})
        newest = {Partition(record.topic, record.partition): record for record in records}
        for partition, record in newest.items():
            self.places[partition].handled(record.offset + 1, record.timestamp)

    def _row(self, record: Record) -> Row:
        read = license_file_of if record.topic == self._files else receipt_of
        return read(record, self._trusted)

    def _start(self) -> dict[Partition, int]:
        known: Positions = self._store.positions()
        return {partition: known.get((partition.topic, partition.number), 0) for partition in self._partitions()}

    def _partitions(self) -> list[Partition]:
        topics = ((self._files, LICENSE_FILES.partitions), (self._receipts, RETURN_RECEIPTS.partitions))
        return [Partition(topic, number) for topic, count in topics for number in range(count)]

    def _notice(self, positions: dict[Partition, int]) -> None:
        goal = self._goal or {}
        self.caught_up = all(positions[partition] >= offset for partition, offset in goal.items())
        if self.caught_up:
            _log.info("caught_up")


def license_file_of(record: Record, trusted: LicenseKeys) -> LicenseFileRow:
    """A license file as the store keeps it, from its signed bytes; raises NotAPublishedDocument."""
    file = decode_license_file(record.key, record.value, record.headers, trusted=trusted)
    return LicenseFileRow(
        serial=file.serial,
        ledger=file.ledger,
        sequence=file.sequence,
        generation=file.generation,
        issue=file.issue,
        sha256=file.sha256,
        document=file.document,
        replaced_by=file.replaced_by,
    )


def receipt_of(record: Record, trusted: LicenseKeys) -> ReceiptRow:
    """A return receipt as the store keeps it, from its signed bytes; raises NotAPublishedDocument."""
    receipt = decode_return_receipt(record.key, record.value, record.headers, trusted=trusted)
    return ReceiptRow(
        serial=receipt.serial,
        ledger=receipt.ledger,
        sequence=receipt.sequence,
        generation=receipt.generation,
        digest=receipt.document_digest,
        document=receipt.document,
    )
