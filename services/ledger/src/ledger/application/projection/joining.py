"""What entries do to the rows of invitations, of offers of companies, and of all that an import takes over."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from contracts.events.invitations import InvitationAccepted, InvitationCreated, InvitationWithdrawn
from contracts.log.entries import Entry
from ledger.application.projection.members import PeopleChanges


class InvitationRow(NamedTuple):
    code_digest: str
    company: str
    code_hint: str
    expires: datetime
    sequence: int
    time: datetime


class InvitationEnd(NamedTuple):
    """An invitation's end: accepted by an account, or withdrawn (no account)."""

    code_digest: str
    account: str | None
    time: datetime


class CompanyOfferRow(NamedTuple):
    company: str
    offered_to: str
    sequence: int
    time: datetime


class ImportRow(NamedTuple):
    """A company that is closed: every row that is still its own goes to the other one."""

    former_company: str
    company: str
    projects: tuple[str, ...]
    sequence: int
    time: datetime


@dataclass(slots=True)
class JoiningChanges:
    """Rows as they are afterwards, None for offers that are gone. `imports` come last of all, in their order."""

    invitations: list[InvitationRow] = field(default_factory=list[InvitationRow])
    ends: list[InvitationEnd] = field(default_factory=list[InvitationEnd])
    offers: dict[str, CompanyOfferRow | None] = field(default_factory=dict[str, CompanyOfferRow | None])
    imports: list[ImportRow] = field(default_factory=list[ImportRow])


def note(changes: JoiningChanges, people: PeopleChanges, entry: Entry[Event]) -> None:
    """Take one entry, new members and names into rows of `people`; types that none of these rows is about pass."""
    event, at = entry.data, (entry.sequence, entry.time)
    match event:
        case InvitationCreated():
            row = InvitationRow(event.code_digest, event.company, event.code_hint, event.expires, *at)
            changes.invitations.append(row)
        case InvitationWithdrawn():
            changes.ends.append(InvitationEnd(event.code_digest, None, entry.time))
        case InvitationAccepted():
            changes.ends.append(InvitationEnd(event.code_digest, event.account, entry.time))
            people.member(entry, event.account, event.company, administrator=False)
        case CompanyOffered():
            changes.offers[event.company] = CompanyOfferRow(event.company, event.offered_to, *at)
        case CompanyOfferWithdrawn():
            changes.offers[event.company] = None
        case CompanyImported():
            projects = tuple(one.project for one in event.projects)
            changes.imports.append(ImportRow(event.former_company, event.company, projects, *at))
            people.names.update({one.project: one.project_name for one in event.projects})
            for account in event.members:
                people.member(entry, account, event.company, administrator=False)
        case _:
            pass
