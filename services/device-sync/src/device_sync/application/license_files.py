"""A box fetches its license file; the first delivery is in the ledger before a byte leaves (decision D16)."""

from collections.abc import Collection
from dataclasses import dataclass

from contracts.actors import Device
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.documents import license_file
from contracts.outcomes import Rejected
from device_sync.application.ports import Ledger, Store
from device_sync.application.spent import SpentCertificates
from device_sync.application.waiting import wait_until
from device_sync.domain.devices import (
    REPLACED,
    Caller,
    FileHead,
    Refused,
    delivery_command_id,
    refuse_spent,
    refuse_stranger,
)
from runtime import tracing
from runtime.trouble import Trouble

NEWER_SECONDS = 3.0
"""How long a request waits for a file that the signer is making; that usually takes some ten milliseconds."""
MAX_WAITING_FIRST = 50
"""How many boxes that are in no project, as far as is known, may wait for a first file without crowding out others."""
ATTEMPTS = 3
"""How often a file may be superseded while a box fetches it, before the answer is to come back later."""
SUPERSEDED = "license_file_superseded"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The license file, whose delivery is in the ledger."""

    document: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class NotModified:
    """The box has the newest file."""

    sha256: str


FileAnswer = Delivered | NotModified | Refused


class LicenseFiles:
    """Answers GET /v1/devices/{serial}/license-file."""

    def __init__(self, store: Store, ledger: Ledger, spent: SpentCertificates) -> None:
        self._store = store
        self._ledger = ledger
        self._spent = spent
        self._waiting_first = 0

    async def fetch(
        self,
        caller: Caller,
        serial: str,
        *,
        known: Collection[str],
        correlation_id: str,
        is_handed_out: bool = True,
    ) -> FileAnswer:
        """The newest file for this box, if it is not among the `known` SHA-256. Raises Trouble.

        Only what is handed out is delivered: somebody who looks whether there is one gets no byte of it.
        """
        if refused := refuse_stranger(caller, serial):
            return refused
        for _ in range(ATTEMPTS):
            head = await self._head(caller, correlation_id)
            if isinstance(head, Refused):
                return head
            if head.sha256 in known or "*" in known:
                return NotModified(head.sha256)
            is_recorded = head.is_delivered or not is_handed_out
            refused = None if is_recorded else await self._record(caller, head, correlation_id)
            if refused is None:
                return self._delivered(head)
            if refused.code != SUPERSEDED:
                return refused
            await self._newer(head)
        return Refused(SUPERSEDED)

    async def _head(self, caller: Caller, correlation_id: str) -> FileHead | Refused:
        head = self._store.head(caller.serial) or await self._first(caller)
        if head is None:
            return Refused("device_unknown")
        if caller.generation > head.generation and not head.is_replaced:
            head = await self._of_generation(caller)
        refused = refuse_spent(caller, head)
        if refused is not None:
            await self._spent.seen(caller, head.ledger, correlation_id=correlation_id)
        return refused or head

    async def _first(self, caller: Caller) -> FileHead | None:
        """The box may have been added to a project just now."""
        if self._waiting_first >= MAX_WAITING_FIRST:
            return None
        self._waiting_first += 1
        try:
            return await wait_until(self._store, lambda: self._store.head(caller.serial), NEWER_SECONDS)
        finally:
            self._waiting_first -= 1

    async def _of_generation(self, caller: Caller) -> FileHead:
        """The box was quicker than the signer: its receipt came before its next license file."""

        def there() -> FileHead | None:
            head = self._store.head(caller.serial)
            return head if head is not None and head.generation >= caller.generation else None

        found = await wait_until(self._store, there, NEWER_SECONDS)
        if found is None:
            raise Trouble(
                f"the license file of generation {caller.generation} has not been made yet",
                code="license_file_not_ready",
            )
        return found

    async def _newer(self, old: FileHead) -> None:
        def there() -> bool:
            head = self._store.head(old.serial)
            return head is None or head.sequence > old.sequence

        await wait_until(self._store, there, NEWER_SECONDS)

    def _join_trace(self, head: FileHead) -> None:
        """The first delivery of a file belongs to the trace of the command that it follows from."""
        document = self._store.document(head.serial, head.sha256)
        origin = None if document is None else license_file.origin_of(document)
        if origin is not None and origin.traceparent is not None:
            tracing.join(origin.traceparent)

    async def _record(self, caller: Caller, head: FileHead, correlation_id: str) -> Refused | None:
        if tracing.is_on():
            self._join_trace(head)
        command = RecordLicenseFileDelivery(
            serial=head.serial,
            generation=head.generation,
            issue=head.issue,
            file_sha256=head.sha256,
            path="direct",
        )
        outcome = await self._ledger.ask(
            command,
            ledger=head.ledger,
            command_id=delivery_command_id(head),
            actor=Device(serial=caller.serial, certificate_sha256=caller.certificate_sha256),
            correlation_id=correlation_id,
        )
        if isinstance(outcome, Rejected):
            if outcome.code == REPLACED:  # the file that says so has not arrived here yet
                await self._spent.seen(caller, head.ledger, correlation_id=correlation_id)
            return Refused(outcome.code)
        self._store.remember_delivery(head.serial, head.sha256)
        return None

    def _delivered(self, head: FileHead) -> FileAnswer:
        document = self._store.document(head.serial, head.sha256)
        if document is None:  # replaced while the ledger was asked
            return Refused(SUPERSEDED)
        return Delivered(document, head.sha256)
