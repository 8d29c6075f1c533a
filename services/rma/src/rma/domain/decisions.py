"""Decisions: one event, a rejection with a stable code, or a duplicate of an earlier entry."""

from contracts.decisions import AlreadyDone, Rejection
from contracts.rma.events import RmaEvent

Decision = RmaEvent | Rejection | AlreadyDone

__all__ = ["AlreadyDone", "Decision", "Rejection"]
