"""Rows of projects."""

from datetime import datetime
from typing import Any, NamedTuple

from contracts.events.companies import ProjectCreated
from contracts.events.projects import LicensesDeallocated, ProjectArchived, ProjectRenamed
from contracts.log.entries import Entry
from contracts.names import comparable_name
from ledger.application.projection.devices import device_row
from ledger.application.projection.rows import Rows, RowsByEvent, at


class ProjectRow(NamedTuple):
    project: str
    company: str
    name: str
    sequence: int
    time: datetime
    comparable_name: str


class ProjectNameRow(NamedTuple):
    """The name that a project has from here on."""

    project: str
    name: str
    comparable_name: str


def project_row(project: str, company: str, name: str, entry: Entry[Any]) -> ProjectRow:
    """A project that an entry opens."""
    return ProjectRow(project, company, name, *at(entry), comparable_name(name))


def name_row(project: str, name: str) -> ProjectNameRow:
    """The name that an entry gives to a project."""
    return ProjectNameRow(project, name, comparable_name(name))


class ProjectArchivedRow(NamedTuple):
    project: str
    archived: datetime


def _created(entry: Entry[ProjectCreated]) -> Rows:
    event = entry.data
    return (project_row(event.project, event.company, event.project_name, entry),)


def _renamed(entry: Entry[ProjectRenamed]) -> Rows:
    return (name_row(entry.data.project, entry.data.project_name),)


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
