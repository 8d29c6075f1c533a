"""Rows of members and of their rights in projects."""

from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.fields import Right
from contracts.log.entries import Entry
from ledger.application.projection.rows import Gone, Rows, RowsByEvent, at


class MemberRow(NamedTuple):
    account: str
    company: str
    administrator: bool
    sequence: int
    time: datetime


class GrantRow(NamedTuple):
    account: str
    acting_for: str
    project: str
    rights: tuple[Right, ...]
    company: str
    sequence: int
    time: datetime


def member(entry: Entry[Event], account: str, company: str, *, administrator: bool) -> MemberRow:
    """The row of an account that belongs to a company from this entry on."""
    return MemberRow(account, company, administrator, *at(entry))


def _added(entry: Entry[MemberAdded]) -> Rows:
    event = entry.data
    return (member(entry, event.account, event.company, administrator=event.administrator),)


def _removed(entry: Entry[MemberRemoved]) -> Rows:
    """Who leaves loses every right that it has in the company's name, in whatever project."""
    person = (entry.data.account, entry.data.company)
    return Gone(MemberRow, person), Gone(GrantRow, person)


def _rights(entry: Entry[RightsGranted | RightsRevoked]) -> Rows:
    event = entry.data
    place = (event.account, event.acting_for, event.project)
    return (GrantRow(*place, event.rights, event.company, *at(entry)) if event.rights else Gone(GrantRow, place),)


ROWS: RowsByEvent = {
    MemberAdded: _added,
    MemberRemoved: _removed,
    RightsGranted: _rights,
    RightsRevoked: _rights,
}
