"""Rows of offers of companies, and of all that an import takes over."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from contracts.log.entries import Entry
from ledger.application.projection.members import member
from ledger.application.projection.projects import name_row
from ledger.application.projection.rows import Gone, Rows, RowsByEvent, at


class CompanyOfferRow(NamedTuple):
    company: str
    offered_to: str
    sequence: int
    time: datetime


class CompanyImportRow(NamedTuple):
    """A company that is closed: every row that is still its own goes to the other one."""

    former_company: str
    company: str
    projects: tuple[str, ...]
    sequence: int
    time: datetime


def _offered(entry: Entry[CompanyOffered]) -> Rows:
    return (CompanyOfferRow(entry.data.company, entry.data.offered_to, *at(entry)),)


def _withdrawn(entry: Entry[CompanyOfferWithdrawn]) -> Rows:
    return (Gone(CompanyOfferRow, (entry.data.company,)),)


def _imported(entry: Entry[CompanyImported]) -> Rows:
    event = entry.data
    projects = tuple(one.project for one in event.projects)
    yield CompanyImportRow(event.former_company, event.company, projects, *at(entry))
    for project in event.projects:
        yield name_row(project.project, project.project_name)
    for account in event.members:
        yield member(entry, account, event.company, administrator=False)


ROWS: RowsByEvent = {
    CompanyOffered: _offered,
    CompanyOfferWithdrawn: _withdrawn,
    CompanyImported: _imported,
}
