"""What entries do to the rows of members, rights, projects' names, offers and claim codes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.events import Event
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.projects import ProjectArchived, ProjectRenamed
from contracts.events.replacements import DeviceReplaced
from contracts.fields import Right
from contracts.log.entries import Entry

Person = tuple[str, str]
"""An account and the company that it acts for."""


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
    sequence: int
    time: datetime


class OfferRow(NamedTuple):
    serial: str
    company: str
    project: str
    offered_to: str
    sequence: int
    time: datetime


class ClaimCodeRow(NamedTuple):
    code_digest: str
    project: str
    code_hint: str
    expires: datetime
    sequence: int
    time: datetime


class CodeEnd(NamedTuple):
    """A code's end: used by a device, or withdrawn (no serial)."""

    code_digest: str
    serial: str | None
    time: datetime


@dataclass(slots=True)
class PeopleChanges:
    """Rows as they are afterwards, None for those that are gone; `left` lost all their rights before `grants`."""

    members: dict[Person, MemberRow | None] = field(default_factory=dict[Person, MemberRow | None])
    left: set[Person] = field(default_factory=set[Person])
    grants: dict[tuple[Person, str], GrantRow | None] = field(default_factory=dict[tuple[Person, str], GrantRow | None])
    names: dict[str, str] = field(default_factory=dict[str, str])
    archived: dict[str, datetime] = field(default_factory=dict[str, datetime])
    offers: dict[str, OfferRow | None] = field(default_factory=dict[str, OfferRow | None])
    claim_codes: list[ClaimCodeRow] = field(default_factory=list[ClaimCodeRow])
    code_ends: list[CodeEnd] = field(default_factory=list[CodeEnd])

    def member(self, entry: Entry[Event], account: str, company: str, *, administrator: bool) -> None:
        """An account belongs to a company."""
        row = MemberRow(account, company, administrator, entry.sequence, entry.time)
        self.members[account, company] = row

    def note(self, entry: Entry[Event]) -> None:
        """Take one entry; types that none of these rows is about pass."""
        event, at = entry.data, (entry.sequence, entry.time)
        match event:
            case MemberAdded():
                self.member(entry, event.account, event.company, administrator=event.administrator)
            case MemberRemoved():
                self._leaves((event.account, event.company))
            case RightsGranted() | RightsRevoked():
                person = (event.account, event.acting_for)
                row = GrantRow(*person, event.project, event.rights, *at)
                self.grants[person, event.project] = row if event.rights else None
            case ProjectRenamed():
                self.names[event.project] = event.project_name
            case ProjectArchived():
                self.archived[event.project] = entry.time
            case DeviceOffered():
                row_of_offer = OfferRow(event.serial, event.company, event.project, event.offered_to, *at)
                self.offers[event.serial] = row_of_offer
            case DeviceOfferWithdrawn() | DeviceReleased():
                self.offers[event.serial] = None
            case DeviceReplaced():
                self.offers[event.former.serial] = None
            case DeviceMoved() if event.company != event.former_company:
                self.offers[event.device.serial] = None
            case ClaimCodeCreated():
                code = ClaimCodeRow(event.code_digest, event.project, event.code_hint, event.expires, *at)
                self.claim_codes.append(code)
            case ClaimCodeWithdrawn():
                self.code_ends.append(CodeEnd(event.code_digest, None, entry.time))
            case DeviceClaimed():
                self.code_ends.append(CodeEnd(event.code_digest, event.device.serial, entry.time))
                self.offers[event.device.serial] = None
            case _:
                pass

    def _leaves(self, person: Person) -> None:
        self.members[person] = None
        self.left.add(person)
        self.grants = {place: row for place, row in self.grants.items() if place[0] != person}
