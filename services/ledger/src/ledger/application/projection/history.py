"""Rows of history: each entry once, and under everything that it is about."""

import json
from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.log.entries import Entry
from contracts.log.subjects import COMPANY, DEVICE, PROJECT, concerns, named
from ledger.application.projection.facts import facts_of
from ledger.application.projection.rows import Rows


class EntryRow(NamedTuple):
    sequence: int
    time: datetime
    actor: str
    event_type: str
    command_id: str
    correlation_id: str
    subject: str
    companies: list[str]
    projects: list[str]
    serials: list[str]
    facts: str | None


class SubjectRow(NamedTuple):
    subject: str
    sequence: int
    event_type: str


def history_rows(entry: Entry[Event]) -> Rows:
    """The entry's own row, and one for each thing that it is about."""
    subjects, facts = concerns(entry.data), facts_of(entry.data)
    yield EntryRow(
        entry.sequence,
        entry.time,
        entry.actor,
        entry.type,
        entry.commandid,
        entry.correlationid,
        entry.subject,
        named(subjects, COMPANY),
        named(subjects, PROJECT),
        named(subjects, DEVICE),
        None if facts is None else json.dumps(facts),
    )
    for subject in sorted(subjects):
        yield SubjectRow(subject, entry.sequence, entry.type)
