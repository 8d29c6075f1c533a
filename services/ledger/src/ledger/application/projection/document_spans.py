"""What a trace shows of a license file: its signature, and the rows that the projector made of it.

The signer tells nothing: it reaches Kafka and no collector (ADR 31). What it did lies between two times that everybody
can read: the entry's, and that of the record that it published.
"""

from contracts.documents import license_file
from ledger.application.projection.documents import LicenseFileRow
from runtime import tracing
from runtime.kafka import Partition

NANOSECONDS_A_MILLISECOND = 1_000_000


def tell(file: LicenseFileRow, partition: Partition, *, published_ms: int, began_ns: int) -> None:
    """Make the spans of a file that was published then, and whose rows were begun then and are there now."""
    origin = license_file.origin_of(file.document)
    if origin is None or origin.traceparent is None or not tracing.is_fresh(published_ms / 1000):
        return
    entry_ns, published_ns = int(origin.time.timestamp() * 1e9), published_ms * NANOSECONDS_A_MILLISECOND
    sequence: dict[str, str | int] = {"licensing.sequence": file.sequence}
    signed = tracing.start(
        "sign license-file",
        "internal",
        parent=origin.traceparent,
        attributes=sequence | {"service.peer.name": "signer"},
        at_ns=min(entry_ns, published_ns),
    )
    if signed is not None:
        signed.end(at_ns=published_ns)
        tracing.processed(*partition, signed.traceparent, sequence, said_at=published_ms / 1000, began_ns=began_ns)
