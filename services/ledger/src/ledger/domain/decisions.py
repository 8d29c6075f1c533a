"""What the ledger may answer: one event, a rejection with a stable code, or that it was done before."""

from contracts.decisions import AlreadyDone, Rejection
from contracts.events import Event

Decision = Event | Rejection | AlreadyDone

__all__ = ["AlreadyDone", "Decision", "Rejection"]
