"""What the signer needs from outside: the ledger to read, its own topics to write, and a place for poison."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.documents.signature_record import CheckpointSigned, LicenseFileSigned, ReturnReceiptSigned
from runtime.kafka import Record
from signer.domain.documents import SignedLicenseFile, SignedReturnReceipt

SignatureRecords = Sequence[LicenseFileSigned | ReturnReceiptSigned | CheckpointSigned]


def receipt_key(receipt: SignedReturnReceipt) -> str:
    """The key of a receipt on its topic: the device and the generation that it gave back."""
    return f"{receipt.record.serial}/{receipt.record.generation}"


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


@dataclass(slots=True)
class Published:
    """What lies on the signer's own topics for one ledger, as a reader of the compacted topics would see it.

    `files` and `receipts` say the sequence of the last record of each key, `checkpoint` is the last note.
    """

    files: dict[str, int] = field(default_factory=dict[str, int])
    receipts: dict[str, int] = field(default_factory=dict[str, int])
    checkpoint: str | None = None


class Outputs(Protocol):
    """The signer's own topics. Each call is durable when it returns, and raises Trouble when that is not known."""

    async def published(self, ledger: int) -> Published:
        """What lies there now; reads on from where the last call ended."""
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
