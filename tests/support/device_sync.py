"""A store in a file, and a ledger in memory whose answer is a function."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.claims import ClaimDevice
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.returns import ReportSpentCertificate, ReturnLicenses
from contracts.documents import return_receipt
from contracts.documents.device_certificate import generation_certificate
from contracts.outcomes import Accepted, Rejected
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.ports import LicenseFileRow, ReceiptRow
from device_sync.domain.devices import Caller
from runtime.trouble import Trouble
from tests.support.documents import (
    DEVICE_KEY,
    FILE,
    GENERATION_CA,
    GENERATION_CA_KEY,
    NOW,
    OTHER_SERIAL,
    RECEIPT,
    SERIAL,
    proof_of_a_swap,
    signed_file,
    signed_receipt,
)

CALLER = Caller(SERIAL, 1, "ab" * 32)
Answer = Callable[[Command], Accepted | Rejected]


def file_row(
    *,
    sequence: int = 9,
    generation: int = 1,
    issue: int = 2,
    serial: str = SERIAL,
    ledger: int = 0,
    replaced_by: str | None = None,
) -> LicenseFileRow:
    """A signed license file as the feed stores it."""
    said: dict[str, object] = {"sequence": sequence, "generation": generation, "issue": issue, "serial": serial}
    if replaced_by is not None:
        said["proof"] = proof_of_a_swap(
            serial, replaced_by, generation=generation, issue=issue, sequence=sequence, ledger=ledger
        )
    raw = signed_file(FILE.model_copy(update={**said, "ledger": ledger}))
    sha256 = hashlib.sha256(raw).hexdigest()
    return LicenseFileRow(serial, ledger, sequence, generation, issue, sha256, raw, replaced_by)


def last_file_row(*, sequence: int = 12, generation: int = 2, issue: int = 3) -> LicenseFileRow:
    """The file that ends the serial, since another device took its place."""
    return file_row(sequence=sequence, generation=generation, issue=issue, replaced_by=OTHER_SERIAL)


def receipt_row(
    digest: str,
    *,
    sequence: int = 12,
    generation: int = 1,
    key: EllipticCurvePrivateKey = DEVICE_KEY,
    serial: str = SERIAL,
    ledger: int = 0,
) -> ReceiptRow:
    """A signed receipt as the feed stores it."""
    certificate = generation_certificate(
        GENERATION_CA,
        GENERATION_CA_KEY,
        serial=serial,
        generation=generation + 1,
        public_key=key.public_key(),
        not_before=NOW,
    )
    receipt = RECEIPT.model_copy(
        update={
            "serial": serial,
            "returned_generation": generation,
            "document_digest": digest,
            "ledger": ledger,
            "sequence": sequence,
            "certificate": return_receipt.der(certificate),
        }
    )
    raw = signed_receipt(receipt)
    return ReceiptRow(serial, ledger, sequence, generation, digest, raw)


@dataclass
class MemoryLedger:
    """Ledger by a function; `asked` is what it was asked."""

    answer: Answer
    asked: list[Command] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    told: list[tuple[int, str, str]] = field(default_factory=list)

    async def ask(
        self, command: Command, *, ledger: int, command_id: str, actor: Actor, correlation_id: str
    ) -> Accepted | Rejected:
        self.asked.append(command)
        self.ids.append(command_id)
        self.told.append((ledger, str(actor), correlation_id))
        return self.answer(command)


def accepted(_: Command) -> Accepted:
    return Accepted(command_id="00" * 32, command_hash="00" * 32, reply_to="test", ledger=0, sequence=10)


def rejected(code: str) -> Answer:
    return lambda _: Rejected(command_id="00" * 32, command_hash="00" * 32, reply_to="test", ledger=0, code=code)


def away(_: Command) -> Accepted:
    raise Trouble("the broker is away")


def takes_returns(store: SqliteStore, *, key: EllipticCurvePrivateKey = DEVICE_KEY, serial: str = SERIAL) -> Answer:
    """A ledger with its signer: a return is answered by a receipt and the next generation's file."""

    def answer(command: Command) -> Accepted | Rejected:
        match command:
            case ReturnLicenses():
                next_file = file_row(sequence=12, generation=command.generation + 1, issue=3, serial=serial)
                receipt = receipt_row(command.document_digest, generation=command.generation, key=key, serial=serial)
                store.take([receipt, next_file], {})
            case RecordLicenseFileDelivery() | ReportSpentCertificate() | ClaimDevice():
                pass
            case _:
                raise AssertionError(f"nobody asks for {command.name} here")
        return accepted(command)

    return answer


def new_store(folder: Path, *rows: LicenseFileRow | ReceiptRow) -> SqliteStore:
    store = SqliteStore(folder / "store.sqlite")
    store.take(rows, {})
    return store
