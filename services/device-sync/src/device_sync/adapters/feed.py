"""Feeds the store from the signer's two compacted topics; what can't be read is set aside and stops nothing."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from typing import Protocol

from contracts.documents import return_receipt
from contracts.documents.xml import DocumentRefused, parse
from contracts.identifiers import SERIAL_PATTERN
from contracts.topics import LICENSE_FILES, MAX_RECORD_BYTES, RETURN_RECEIPTS, topic_name
from device_sync.adapters.metrics import FED
from device_sync.application.ports import LicenseFileRow, Positions, ReceiptRow, Removed, Row, Store
from runtime.kafka import Connection, OffsetGone, Partition, Record, Tail
from runtime.logs import get_logger
from runtime.trouble import Trouble

BATCH = 500
"""Rows in one transaction, some 10 ms of the event loop."""
AGAIN_SECONDS = 0.5

_WORDS: dict[type[Row], str] = {LicenseFileRow: "license-file", ReceiptRow: "return-receipt", Removed: "removal"}
_SERIAL = re.compile(SERIAL_PATTERN)
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_log = get_logger("device_sync.feed")


class PoisonError(ValueError):
    """A record that is no license file or receipt; the message says why."""


class PoisonBox(Protocol):
    """Where poison goes; see runtime.dead_letters."""

    async def put(self, record: Record, reason: str) -> None: ...


class Feed:
    """Reads on for ever from where the store is; `caught_up` once it has all that lay there at the start."""

    def __init__(self, connection: Connection, store: Store, dead_letters: PoisonBox, *, topic_prefix: str) -> None:
        self._connection = connection
        self._store = store
        self._dead_letters = dead_letters
        self._files = topic_name(LICENSE_FILES, topic_prefix)
        self._receipts = topic_name(RETURN_RECEIPTS, topic_prefix)
        self._goal: dict[Partition, int] | None = None
        self.caught_up = False
        self.trouble = "has not read anything yet"

    async def run(self) -> None:
        """Never returns; trouble is waited out, and a topic that was made anew is read from its start."""
        while True:
            try:
                await self._follow()
            except Trouble as trouble:
                self.trouble = str(trouble)
                _log.warning("feed_waits", reason=self.trouble)
            except OffsetGone as gone:
                self.trouble = str(gone)
                _log.warning("feed_begins_anew", reason=self.trouble)
                self._store.clear()
                self._goal, self.caught_up = None, False
            await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self) -> None:
        async with Tail(self._connection, self._start()) as tail:
            await self._skip_what_is_gone(tail)
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
        for record in records:
            try:
                rows.append(self._row(record))
                FED.labels(_WORDS[type(rows[-1])]).inc()
            except PoisonError as poison:
                await self._dead_letters.put(record, str(poison))
                FED.labels("poison").inc()
        self._store.take(rows, {(record.topic, record.partition): record.offset + 1 for record in records})

    def _row(self, record: Record) -> Row:
        return license_file_of(record) if record.topic == self._files else _receipt(record)

    def _start(self) -> dict[Partition, int]:
        known: Positions = self._store.positions()
        partitions = [
            Partition(topic, number)
            for topic, count in ((self._files, LICENSE_FILES.partitions), (self._receipts, RETURN_RECEIPTS.partitions))
            for number in range(count)
        ]
        return {partition: known.get((partition.topic, partition.number), 0) for partition in partitions}

    def _notice(self, positions: dict[Partition, int]) -> None:
        goal = self._goal or {}
        self.caught_up = all(positions[partition] >= offset for partition, offset in goal.items())
        if self.caught_up:
            _log.info("caught_up")


def license_file_of(record: Record) -> LicenseFileRow | Removed:
    """A record of the signer's license files; raises PoisonError."""
    serial = _serial(_key(record))
    if record.value is None:
        return Removed(serial, None)
    return LicenseFileRow(
        serial=serial,
        ledger=_number(record, "ledger"),
        sequence=_number(record, "sequence"),
        generation=_number(record, "generation"),
        issue=_number(record, "issue"),
        sha256=_checked_sha256(record, record.value),
        document=record.value,
        replaced_by=_replacement(record),
    )


def _receipt(record: Record) -> ReceiptRow | Removed:
    serial, _, generation = _key(record).partition("/")
    if not generation.isascii() or not generation.isdigit():
        raise PoisonError("the key is not a serial and a generation")
    if record.value is None:
        return Removed(_serial(serial), int(generation))
    _checked_sha256(record, record.value)
    return ReceiptRow(
        serial=_serial(serial),
        ledger=_number(record, "ledger"),
        sequence=_number(record, "sequence"),
        generation=int(generation),
        digest=_digest(record.value),
        document=record.value,
    )


def _key(record: Record) -> str:
    return (record.key or b"").decode(errors="replace")


def _serial(text: str) -> str:
    if not _SERIAL.fullmatch(text):
        raise PoisonError("the key is not a serial")
    return text


def _replacement(record: Record) -> str | None:
    header = record.header("replaced-by")
    if header is None:
        return None
    serial = header.decode(errors="replace")
    if not _SERIAL.fullmatch(serial):
        raise PoisonError("the header replaced-by is not a serial")
    return serial


def _number(record: Record, name: str) -> int:
    text = record.header(name) or b""
    if not text.isdigit() or len(text) > 10:
        raise PoisonError(f"the header {name} is not a number")
    return int(text)


def _checked_sha256(record: Record, value: bytes) -> str:
    if len(value) > MAX_RECORD_BYTES:
        raise PoisonError(f"{len(value)} bytes; a signed document has at most {MAX_RECORD_BYTES}")
    found = hashlib.sha256(value).hexdigest()
    if record.header("sha256") != found.encode():
        raise PoisonError("the header sha256 is not that of the value")
    return found


def _digest(document: bytes) -> str:
    """The digest of the return document that a receipt is for; boxes check the receipt's signature, not we."""
    try:
        root = parse(document, max_bytes=return_receipt.MAX_BYTES)
        digest = root.get("document-digest") or ""
    except DocumentRefused as error:
        raise PoisonError(f"no return receipt: {error}") from None
    if root.tag != f"{{{return_receipt.NAMESPACE}}}return-receipt" or not _SHA256.fullmatch(digest):
        raise PoisonError("no return receipt")
    return digest
