"""Signing one ledger: read, prove, sign, record, publish. A restart recovers from a crash at any point.

The order of a batch is: audit records durable, then return receipts, then license files, then the checkpoint. So
nothing leaves unrecorded, and a device finds its receipt where it finds the file that follows. All bytes are a function
of the entries and the keys, so what is done twice is done alike.

What is published is what our own keys signed. Whatever else lies on our topics is passed over, and what it displaces is
made again from the log: at a start, and while following at most once in `REPAIR_SECONDS`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import TypeVar

from contracts.documents.device_certificate import Authorities
from contracts.log.chain import Orphan
from contracts.log.checkpoint import Checkpoint
from contracts.log.entries import UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Named
from contracts.log.stop import Stop
from runtime.kafka import OffsetGone, Record
from runtime.logs import get_logger, ids_in
from runtime.reader_lag import Place
from runtime.trouble import Trouble
from signer.application.own_records import Published
from signer.application.ports import LedgerEvents, Outputs
from signer.application.status import LedgerStatus
from signer.domain.changes import Change
from signer.domain.documents import (
    DocumentSigner,
    SignedCheckpoint,
    SignedDocument,
    SignedLicenseFile,
    SignedReturnReceipt,
)
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading, Skipped
from signer.domain.signing_keys import SigningKeys

MAX_UNPUBLISHED_DOCUMENTS = 500
"""A portion: some 2 MB as a rule, 50 MB at worst. One is being published while the next is signed, and a crash repeats
no more than these two."""
YIELD_EVERY = 16
"""Signatures between two turns of the event loop, so that a probe waits a few milliseconds at most."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
"""Between attempts while the broker is away: short at first, then as often as a person would look."""
LOOK_SECONDS = 60.0
"""While nothing happens the signer looks that often at what lies on its topics, which should be its own only."""
REPAIR_SECONDS = 600.0
"""A ledger is read again for displaced documents no more often: who displaces them can't keep it from signing."""

T = TypeVar("T")
_log = get_logger("signer.signing")


class StoppingError(Exception):
    """The process ends while the broker is away; the next start makes again what was not published."""


class LedgerSigning:
    """Reads one ledger, and signs and publishes what follows from it; `place` is how far that is done."""

    def __init__(
        self,
        ledger: int,
        *,
        keys: SigningKeys,
        trusted: Authorities,
        events: LedgerEvents,
        outputs: Outputs,
    ) -> None:
        self.status = LedgerStatus(ledger)
        self.place = Place()
        self._ledger = ledger
        self._document_signer = DocumentSigner(ledger, keys)
        self._trusted = trusted
        self._events = events
        self._outputs = outputs
        self._published = Published()
        self._newest, self._offset = b"", 0
        self._known: Named = {}
        self._reading = self._read_from_zero(anchor=None)
        self._skipped = False
        self._unpublished: list[SignedDocument] = []
        self._publishing: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._next_look = self._next_repair = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Sign until `stop`. A broken law ends the signing of this ledger, not the process, which then is not ready."""
        self._stop = stop
        try:
            while not stop.is_set() and await self._until_an_entry_stops_it():
                self._known = await self._decision()
        except LawBrokenError as error:
            self._stop_at(error.law, error.sentence)
        except OffsetGone as error:
            self._stop_at("events_gone", str(error))
        except StoppingError:
            _log.warning("stopped_while_broker_away", ledger=self._ledger, sequence=self._reading.sequence)
        except Exception as error:  # noqa: BLE001 - a defect stops one ledger, never its neighbours (decision D21)
            _log.error("signing_defect", ledger=self._ledger, exc_info=error)
            self._stop_at("signer_defect", f"{type(error).__name__}: {error}")
        finally:
            if self._publishing is not None:
                self._publishing.cancel()
        await stop.wait()

    async def _until_an_entry_stops_it(self) -> bool:
        """Sign from the first entry on; whether it is an entry that ended it, which may be set aside."""
        await self._begin()
        try:
            while not self._stop.is_set():
                await self._step()
        except LawBrokenError as error:
            if error.law == "history_rewritten":
                raise
            self._stop_at(error.law, error.sentence)
        except UnknownEventTypeError as error:
            self._stop_at("event_type_unknown", str(error))
        return not self._stop.is_set()

    async def _decision(self) -> Named:
        """Read on behind the entry, believing nothing, until two persons have set it aside (ADR 18)."""
        stopped = self._reading.stopped()
        await self._retry(lambda: self._events.seek(self._offset + 1))
        while not self._stop.is_set():
            for record in await self._retry(self._events.next_batch):
                if (known := stopped.take(record.value or b"")) is not None:
                    _log.warning("goes_on_without", ledger=self._ledger, set_aside=sorted(known))
                    return known
        return self._known

    async def _begin(self) -> None:
        self._published = await self._retry(lambda: self._outputs.published(self._ledger))
        self._note_checkpoint()
        self._reading = self._read_from_zero(anchor=self._published.anchor)
        self._skipped, self._unpublished = False, []
        await self._retry(lambda: self._events.seek(0))
        self.status.begin("it has not come to the end of the ledger yet")

    def _read_from_zero(self, *, anchor: Checkpoint | None) -> Reading:
        return Reading(self._ledger, trusted=self._trusted, wanted=self._published, anchor=anchor, known=self._known)

    async def _step(self) -> None:
        """One batch of the log, all of it published."""
        batch = await self._retry(self._events.next_batch)
        try:
            await self._take_all(batch)
        except (LawBrokenError, UnknownEventTypeError):
            await self._finish()  # what was proven before it is as good as ever
            raise
        await self._finish()
        if batch:
            self._after(batch[-1])
        else:
            await self._retry(self._events.end_offset)  # a read says «nothing new» also when no broker is there
        await self._notice_the_end()
        if not batch and self.status.phase == "following":
            await self._look_after_outputs()

    async def _take_all(self, batch: Sequence[Record]) -> None:
        for number, record in enumerate(batch):
            self._unpublished += await self._take(record)
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            if len(self._unpublished) >= MAX_UNPUBLISHED_DOCUMENTS:
                await self._hand_over(checkpoint=None)

    async def _finish(self) -> None:
        await self._hand_over(checkpoint=self._new_checkpoint())
        await self._settle()

    async def _hand_over(self, *, checkpoint: SignedCheckpoint | None) -> None:
        """Publish what is signed while the next portion is being signed; portions never overtake each other."""
        await self._settle()
        portion, self._unpublished = self._unpublished, []
        if portion or checkpoint:
            self._publishing = asyncio.create_task(self._publish(portion, checkpoint))

    async def _settle(self) -> None:
        if self._publishing is not None:
            await self._publishing
            self._publishing = None

    async def _take(self, record: Record) -> tuple[SignedDocument, ...]:
        self._newest, self._offset = record.value or b"", record.offset
        taken = self._reading.take(self._newest)
        match taken:
            case Change():
                self.status.entries += 1
                return self._document_signer.documents(taken)
            case Orphan():
                await self._pass_over(record, taken)
            case Skipped():
                self.status.entries += 1
                self._skipped = True
            case None:
                self.status.entries += 1
        return ()

    async def _pass_over(self, record: Record, orphan: Orphan) -> None:
        self.status.orphans += 1
        if not orphan.poison:
            where = {"ledger": self._ledger, "offset": record.offset}
            _log.warning("orphan", **where, reason=orphan.reason, **ids_in(record.value))
            return
        self.status.poison += 1
        await self._retry(lambda: self._outputs.bury(record, orphan.reason))

    def _new_checkpoint(self) -> SignedCheckpoint | None:
        size, anchor = self._reading.sequence, self._published.anchor
        if size <= self.status.checkpoint_size or not self._reading.is_anchored:
            return None
        if anchor is not None and size < anchor.size:  # the ledger is being read again
            return None
        return self._document_signer.checkpoint(size, self._reading.root())

    async def _publish(self, documents: Sequence[SignedDocument], checkpoint: SignedCheckpoint | None) -> None:
        signed = (*documents, checkpoint) if checkpoint else documents
        await self._retry(lambda: self._outputs.record([one.record for one in signed]))
        self.status.signatures_recorded += len(signed)
        await self._retry(lambda: self._publish_receipts(documents), before_retry=self._read_outputs_again)
        await self._retry(lambda: self._publish_files(documents), before_retry=self._read_outputs_again)
        if checkpoint:
            await self._retry(lambda: self._outputs.publish_checkpoint(self._ledger, checkpoint.note))
            self._published.put_checkpoint(checkpoint.record.sequence, time.time())
            self._note_checkpoint()
            self.status.checkpoints += 1

    async def _publish_receipts(self, documents: Sequence[SignedDocument]) -> None:
        receipts = [one for one in documents if isinstance(one, SignedReturnReceipt) and self._is_new_receipt(one)]
        if not receipts:
            return
        await self._outputs.publish_receipts(receipts)
        self.status.return_receipts += len(receipts)
        for receipt in receipts:
            self._published.put_receipt(receipt.record.serial, receipt.record.generation, receipt.record.sequence)

    async def _publish_files(self, documents: Sequence[SignedDocument]) -> None:
        files = [one for one in documents if isinstance(one, SignedLicenseFile) and self._is_new_file(one)]
        if not files:
            return
        await self._outputs.publish_files(files)
        self.status.license_files += len(files)
        for file in files:
            self._published.put_file(file.record.serial, file.record.sequence)

    def _is_new_file(self, file: SignedLicenseFile) -> bool:
        return self._published.lacks_file(file.record.serial, file.record.sequence)

    def _is_new_receipt(self, receipt: SignedReturnReceipt) -> bool:
        record = receipt.record
        return self._published.lacks_receipt(record.serial, record.generation, record.sequence)

    def _note_checkpoint(self) -> None:
        self.status.checkpoint_size = self._published.checkpoint.shown
        self.status.checkpoint_timestamp_seconds = self._published.checkpoint_at

    async def _read_outputs_again(self) -> None:
        """After Trouble it is unknown what was written: read it, so that no older file follows a newer one."""
        self._published = await self._outputs.published(self._ledger)

    def _after(self, record: Record) -> None:
        if record.offset >= self.place.next_offset:
            self.place.handled(record.offset + 1, record.timestamp)
        if self._reading.sequence > self.status.sequence:  # not while the ledger is being read again
            self.status.sequence = self._reading.sequence
            self.status.delay_seconds = max(0.0, time.time() - record.timestamp / 1000)

    async def _notice_the_end(self) -> None:
        if self.status.phase == "following":
            return
        if self._skipped and self._reading.is_anchored:
            await self._read_again()
        elif self._events.next_offset < await self._retry(self._events.end_offset):
            return
        elif self._reading.is_anchored:
            self.status.enter("following")
        else:
            size = self._published.anchor.size if self._published.anchor else 0
            self.status.enter("replaying", f"the ledger ends before entry {size}, up to which it was signed before")

    async def _look_after_outputs(self) -> None:
        """See whether something was put over what we published, or it is gone, and put that right."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        await self._retry(self._read_outputs_again)
        self._note_checkpoint()
        if self._published.is_missing_documents() and now >= self._next_repair:
            self._next_repair = now + REPAIR_SECONDS
            self._published.made_anew = False
            await self._read_again()

    async def _read_again(self) -> None:
        """The log leads to what was signed before, and documents of that time are missing: now they can be made."""
        _log.warning("documents_missing", ledger=self._ledger)
        self.status.repairs += 1
        self._skipped = False
        self._reading = self._read_from_zero(anchor=None)
        await self._retry(lambda: self._events.seek(0))

    async def _retry(
        self, work: Callable[[], Awaitable[T]], *, before_retry: Callable[[], Awaitable[None]] | None = None
    ) -> T:
        """Run `work`, and retry while the broker is away, each time after `before_retry`."""
        pause, attempt = FIRST_PAUSE_SECONDS, 0
        while True:
            attempt += 1
            try:
                if before_retry and attempt > 1:
                    await before_retry()
                done = await work()
            except Trouble as trouble:
                await self._wait_out(trouble, pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self.status.trouble = ""
                return done

    async def _wait_out(self, trouble: Trouble, pause: float) -> None:
        self.status.troubles += 1
        self.status.trouble = str(trouble)
        _log.warning("broker_away", ledger=self._ledger, reason=str(trouble), pause_seconds=pause)
        try:
            await asyncio.wait_for(self._stop.wait(), pause)
        except TimeoutError:
            return
        raise StoppingError

    def _stop_at(self, law: str, sentence: str) -> None:
        stop = Stop(self._reading.sequence + 1, entry_hash(self._newest), law, sentence)
        self.status.sequence = self._reading.sequence
        self.status.stop(law, str(stop))
        _log.critical("law_broken", ledger=self._ledger, **asdict(stop), **ids_in(self._newest))
