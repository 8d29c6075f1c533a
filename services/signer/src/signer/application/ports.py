"""What the signer needs from outside: the ledger to read, its own topics to write, and a place for poison."""

from collections.abc import Sequence
from typing import Protocol

from contracts.documents.signature_record import CheckpointSigned, LicenseFileSigned, ReturnReceiptSigned
from runtime.kafka import Record
from signer.application.own_records import Published
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt

SignatureRecords = Sequence[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned]


class LedgerEvents(Protocol):
    """One ledger's partition, in order; the caller keeps the position. Raises Trouble while the broker is away."""

    @property
    def next_offset(self) -> int:
        """The offset of the next record that `next_batch` gives."""
        ...

    async def next_batch(self) -> list[Record]:
        """The next records, or none after a moment."""
        ...

    async def seek(self, offset: int) -> None:
        """Continue at `offset`."""
        ...

    async def end_offset(self) -> int:
        """The offset that the next record will get."""
        ...


class Outputs(Protocol):
    """The signer's own topics. Each call is durable when it returns, and raises Trouble when that is not known."""

    async def published(self, ledger: int) -> Published:
        """What lies there now of our own signature; reads on from where the last call ended. One object a ledger."""
        ...

    async def record(self, records: SignatureRecords) -> None:
        """Append audit records."""
        ...

    async def publish_receipts(self, receipts: Sequence[SignedReturnReceipt]) -> None:
        """Append return receipts, each under its serial and generation."""
        ...

    async def publish_files(self, files: Sequence[SignedLicenseFile]) -> None:
        """Append license files in order, each under its serial."""
        ...

    async def publish_checkpoint(self, ledger: int, note: str) -> None:
        """Replace the ledger's checkpoint."""
        ...

    async def bury(self, record: Record, reason: str) -> None:
        """Put a poison record into the dead letters, unless it is there already."""
        ...
