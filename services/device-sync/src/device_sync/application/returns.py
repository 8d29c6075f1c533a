"""A box gives its licenses back with its signed document, and takes the receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.actors import Device
from contracts.documents.device_certificate import Authorities
from contracts.documents.return_document import ReturnDocument, verify_return
from contracts.documents.xml import DocumentRefused
from contracts.outcomes import Rejected
from device_sync.application.ports import Ledger, ReceiptRow, Store
from device_sync.application.spent import SpentCertificates
from device_sync.application.waiting import wait_until
from device_sync.domain.devices import REPLACED, Caller, Refused, refuse_stranger
from runtime.trouble import Trouble

RECEIPT_SECONDS = 5.0
"""How long a request waits for the receipt of an accepted return; the same PUT gets the same receipt later."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of an accepted return."""

    document: bytes


class Returns:
    """Answers PUT /v1/devices/{serial}/return and GET /v1/devices/{serial}/return-receipt."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        spent: SpentCertificates,
        *,
        authorities: Authorities,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._spent = spent
        self._authorities = authorities
        self._clock = clock

    async def hand_in(self, caller: Caller, serial: str, raw: bytes, *, correlation_id: str) -> Receipt | Refused:
        """The receipt for this document, also if it was handed in before. Raises Trouble."""
        if refused := refuse_stranger(caller, serial):
            return refused
        try:
            document = verify_return(raw, trusted=self._authorities, now=self._clock(), serial=serial)
        except DocumentRefused as error:
            return Refused(error.code, str(error))
        head = self._store.head(serial)
        if head is None:
            return Refused("device_unknown")
        if stored := self._stored(document, head.ledger):
            return Receipt(stored.document)
        return await self._give_back(caller, document, head.ledger, correlation_id)

    def receipt(self, caller: Caller, serial: str) -> Receipt | Refused:
        """The receipt for the generation of the calling certificate, which is invalid by now."""
        if refused := refuse_stranger(caller, serial):
            return refused
        head = self._store.head(serial)
        stored = self._store.receipt(head.ledger, serial, caller.generation) if head else None
        return Receipt(stored.document) if stored else Refused("receipt_unknown")

    async def _give_back(
        self, caller: Caller, document: ReturnDocument, ledger: int, correlation_id: str
    ) -> Receipt | Refused:
        actor = Device(serial=caller.serial, certificate_sha256=caller.certificate_sha256)
        outcome = await self._ledger.ask(
            document.command(),
            ledger=ledger,
            command_id=document.command_id(actor),
            actor=actor,
            correlation_id=correlation_id,
        )
        if isinstance(outcome, Rejected):
            was_current = caller.generation == document.generation
            if outcome.code == REPLACED or (outcome.code == "generation_spent" and was_current):
                await self._spent.seen(caller, ledger, correlation_id=correlation_id)
            return Refused(outcome.code)
        self._store.remember_spent(ledger, document.serial, document.generation)
        stored = await wait_until(self._store, lambda: self._stored(document, ledger), RECEIPT_SECONDS)
        if stored is None:
            raise Trouble(
                "the return is accepted, its receipt is being made; send the same document again",
                code="receipt_not_ready",
            )
        return Receipt(stored.document)

    def _stored(self, document: ReturnDocument, ledger: int) -> ReceiptRow | None:
        row = self._store.receipt(ledger, document.serial, document.generation)
        return row if row is not None and row.digest == document.digest else None
