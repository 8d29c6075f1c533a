"""Rows that say how things came to be: each entry once, and under everything that it concerns."""

import json
from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.licenses import Lot
from contracts.log.entries import Entry
from contracts.log.subjects import companies, concerns
from ledger.application.projection.facts import facts_of


class EntryRow(NamedTuple):
    sequence: int
    time: datetime
    actor: str
    event_type: str
    command_id: str
    correlation_id: str
    subject: str
    companies: list[str]
    facts: str | None


class SubjectRow(NamedTuple):
    subject: str
    sequence: int


class StayRow(NamedTuple):
    """Where a device is from an entry on; in no project where these are None."""

    serial: str
    sequence: int
    company: str | None
    project: str | None


class DeviceVersionRow(NamedTuple):
    """A device as an entry left it."""

    serial: str
    company: str
    project: str
    generation: int
    issue: int
    sequence: int
    time: datetime
    licenses: tuple[Lot, ...]


def history_rows(entry: Entry[Event]) -> tuple[EntryRow, list[SubjectRow]]:
    """The entry's own row, and one for each thing that it concerns."""
    subjects, facts = concerns(entry.data), facts_of(entry.data)
    row = EntryRow(
        entry.sequence,
        entry.time,
        entry.actor,
        entry.type,
        entry.commandid,
        entry.correlationid,
        entry.subject,
        companies(subjects),
        None if facts is None else json.dumps(facts),
    )
    return row, [SubjectRow(subject, entry.sequence) for subject in sorted(subjects)]
