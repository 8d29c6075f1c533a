"""Rows of decisions that set entries aside."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.entries import Entry
from contracts.set_aside import NamedEntry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class SetAsideRow(NamedTuple):
    """A proposal to set entries aside."""

    decision: str
    entries: tuple[NamedEntry, ...]
    law: str
    reason: str
    reference: str
    proposed_by: str
    sequence: int
    time: datetime


class SetAsideEndRow(NamedTuple):
    """The approval of a proposal, which must say the same."""

    decision: str
    proposed_by: str
    law: str
    approved_by: str
    sequence: int
    time: datetime


def _proposed(entry: Entry[SettingAsideProposed]) -> Rows:
    event = entry.data
    why = (event.law, event.reason, event.reference, event.proposed_by)
    return (SetAsideRow(event.decision, event.entries, *why, *at(entry)),)


def _approved(entry: Entry[EntriesSetAside]) -> Rows:
    event = entry.data
    return (SetAsideEndRow(event.decision, event.proposed_by, event.law, event.approved_by, *at(entry)),)


ROWS: RowsByEvent = {SettingAsideProposed: _proposed, EntriesSetAside: _approved}
