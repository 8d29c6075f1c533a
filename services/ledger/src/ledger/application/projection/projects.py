"""Rows of projects."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.companies import ProjectCreated
from contracts.events.projects import LicensesDeallocated, ProjectArchived, ProjectRenamed
from contracts.log.entries import Entry
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent, at


class ProjectRow(NamedTuple):
    project: str
    company: str
    name: str
    sequence: int
    time: datetime


class ProjectNameRow(NamedTuple):
    """The name that a project has from here on."""

    project: str
    name: str


class ProjectArchivedRow(NamedTuple):
    project: str
    archived: datetime


def _created(entry: Entry[ProjectCreated]) -> Rows:
    event = entry.data
    return (ProjectRow(event.project, event.company, event.project_name, *at(entry)),)


def _renamed(entry: Entry[ProjectRenamed]) -> Rows:
    return (ProjectNameRow(entry.data.project, entry.data.project_name),)


def _archived(entry: Entry[ProjectArchived]) -> Rows:
    return (ProjectArchivedRow(entry.data.project, entry.time),)


def _deallocated(entry: Entry[LicensesDeallocated]) -> Rows:
    return (device_row(entry, entry.data.company, entry.data.device),)


ROWS: RowsByEvent = {
    ProjectCreated: _created,
    ProjectRenamed: _renamed,
    ProjectArchived: _archived,
    LicensesDeallocated: _deallocated,
}
