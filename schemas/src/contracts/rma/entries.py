"""The entries of a log of RMA cases: its own events in the envelope that all logs share, the values of rma.events.

Log `n` has the cases of the devices of ledger `n`.
"""

from contracts.log.envelope import EntryFormat
from contracts.rma.events import EVENT_TYPES, RmaEvent

RMA_ENTRIES: EntryFormat[RmaEvent] = EntryFormat(EVENT_TYPES, namespace="licensing.rma", source=r"^/rmas/[0-9]{1,3}$")


def source_of(ledger: int) -> str:
    """The CloudEvents source of the cases of a ledger."""
    return f"/rmas/{ledger}"
