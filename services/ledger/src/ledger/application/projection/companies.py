"""Rows of companies."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.companies import CompanyRegistered, LedgerFounded
from contracts.log.entries import Entry
from ledger.application.projection.catalog import founding_types
from ledger.application.projection.members import member
from ledger.application.projection.projects import project_row
from ledger.application.projection.rows import Rows, RowsByEvent, at

DEFAULT_PROJECT_NAME = "DEFAULT"


class CompanyRow(NamedTuple):
    company: str
    kind: str
    default_project: str
    sequence: int
    time: datetime


def _founded(entry: Entry[LedgerFounded]) -> Rows:
    event = entry.data
    yield CompanyRow(event.vendor, "vendor", event.default_project, *at(entry))
    yield from _begun(entry, event.vendor)
    yield from founding_types(entry)


def _registered(entry: Entry[CompanyRegistered]) -> Rows:
    event = entry.data
    yield CompanyRow(event.company, event.kind, event.default_project, *at(entry))
    yield from _begun(entry, event.company)


def _begun(entry: Entry[LedgerFounded | CompanyRegistered], company: str) -> Rows:
    """A company begins with an administrator and a project."""
    event = entry.data
    yield member(entry, event.administrator, company, administrator=True)
    yield project_row(event.default_project, company, DEFAULT_PROJECT_NAME, entry)


ROWS: RowsByEvent = {LedgerFounded: _founded, CompanyRegistered: _registered}
