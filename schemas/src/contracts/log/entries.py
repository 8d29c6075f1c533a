"""The entries of a ledger: its own events in the envelope that all logs share, the values of ledger.events."""

from datetime import datetime

from contracts.events import EVENT_TYPES, Event
from contracts.log.envelope import (
    GENESIS,
    MAX_ENTRY_BYTES,
    Entry,
    EntryFormat,
    NotAnEntryError,
    UnknownEventTypeError,
    entry_hash,
    schema_name,
    uuid7,
)

LEDGER_ENTRIES: EntryFormat[Event] = EntryFormat(
    EVENT_TYPES, namespace="licensing.ledger", source=r"^/ledgers/[0-9]{1,3}$"
)
ENVELOPES = LEDGER_ENTRIES.envelopes


def source_of(ledger: int) -> str:
    """The CloudEvents source of a ledger."""
    return f"/ledgers/{ledger}"


def decode_entry(value: bytes) -> Entry[Event]:
    """Read one record value; raises NotAnEntryError or UnknownEventTypeError."""
    return LEDGER_ENTRIES.decode(value)


def encode_entry(  # noqa: PLR0913  # an envelope has this many attributes
    event: Event,
    *,
    ledger: int,
    sequence: int,
    prev: str,
    at: datetime,
    command_id: str,
    command_hash: str,
    actor: str,
    correlation_id: str,
    traceparent: str | None = None,
    token_id: str | None = None,
    token_key_id: str | None = None,
) -> bytes:
    """The record value of an event at its place in a ledger; see EntryFormat.encode."""
    return LEDGER_ENTRIES.encode(
        event,
        source=source_of(ledger),
        sequence=sequence,
        prev=prev,
        at=at,
        command_id=command_id,
        command_hash=command_hash,
        actor=actor,
        correlation_id=correlation_id,
        traceparent=traceparent,
        token_id=token_id,
        token_key_id=token_key_id,
    )


__all__ = [
    "ENVELOPES",
    "GENESIS",
    "LEDGER_ENTRIES",
    "MAX_ENTRY_BYTES",
    "Entry",
    "NotAnEntryError",
    "UnknownEventTypeError",
    "decode_entry",
    "encode_entry",
    "entry_hash",
    "schema_name",
    "source_of",
    "uuid7",
]
