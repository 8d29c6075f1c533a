"""A box that is in no project puts itself into one with a claim code (rule F7)."""

from dataclasses import dataclass

from contracts.actors import Device
from contracts.codes import activation_key, claim_code
from contracts.commands.claims import ClaimDevice
from contracts.outcomes import Rejected
from device_sync.application.ports import Ledger, Store
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import REPLACED, Caller, Refused, claim_command_id, refuse_spent, refuse_stranger

MAX_CODE_BYTES = 192
"""A code has 16 symbols; the rest is room for blanks and hyphens."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The box is in the project since entry `sequence`; its license file follows within a moment."""

    sequence: int


class Claims:
    """Answers POST /v1/devices/{serial}/claim. A code names no ledger, so all codes are of the one `ledger`."""

    def __init__(self, store: Store, ledger: Ledger, spent: SpentCertificates, *, number: int) -> None:
        self._store = store
        self._ledger = ledger
        self._spent = spent
        self._number = number

    async def claim(self, caller: Caller, serial: str, typed: bytes, *, correlation_id: str) -> Claimed | Refused:
        """Put the calling box into the project of the code that was typed. Raises Trouble."""
        if refused := refuse_stranger(caller, serial) or await self._refuse_spent(caller, correlation_id):
            return refused
        try:
            symbols = activation_key.normalise(typed.decode("utf-8", "replace"))
        except activation_key.KeyMalformed as error:
            return Refused("claim_code_malformed", f"This is no claim code: {error}.")
        digest = claim_code.digest(symbols)
        outcome = await self._ledger.ask(
            ClaimDevice(serial=serial, code_digest=digest),
            ledger=self._number,
            command_id=claim_command_id(serial, digest),
            actor=Device(serial=caller.serial, certificate_sha256=caller.certificate_sha256),
            correlation_id=correlation_id,
        )
        if not isinstance(outcome, Rejected):
            return Claimed(outcome.sequence)
        if outcome.code == REPLACED:
            await self._spent.seen(caller, self._number, correlation_id=correlation_id)
        return Refused(outcome.code)

    async def _refuse_spent(self, caller: Caller, correlation_id: str) -> Refused | None:
        head = self._store.head(caller.serial)
        refused = None if head is None else refuse_spent(caller, head)
        if head is not None and refused is not None:
            await self._spent.seen(caller, head.ledger, correlation_id=correlation_id)
        return refused
