"""Rarely changed state, kept apart so that copying Ledger stays cheap."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from immutables import Map

from contracts.events.set_aside import SettingAsideProposed


class Line(NamedTuple):
    """Licenses that a correction moves from one account to another."""

    source: str
    target: str
    licenses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction that waits for a second person: of one line, or of several that are decided as one.

    `company` is whose licenses they are, or the vendor where the lines are of several companies.
    """

    company: str
    lines: tuple[Line, ...]
    proposed_by: str

    def of(self, company: str) -> "Proposal":
        """The proposal after its accounts went to another company."""
        return replace(self, company=company)


@dataclass(frozen=True, slots=True)
class DeliveryProposal:
    """A correction of a registered delivery that waits for a second person."""

    serial: str
    model: str
    delivered_on: date
    proposed_by: str


@dataclass(frozen=True, slots=True)
class LegacyHeld:
    """Old licenses by name, in a project or on a device, and the digests of the old keys that they came with."""

    licenses: Mapping[str, int] = field(default_factory=dict[str, int])
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LegacyKey:
    """A key of the old manager: where its licenses were imported to, and as which entry."""

    project: str
    sequence: int
    is_converted: bool = False


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that waits for its account."""

    company: str
    expires: datetime
    invited_by: str


@dataclass(frozen=True, slots=True)
class SpentInvitation:
    """An invitation that is used up, by which account (none: it was withdrawn) and as which entry."""

    account: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Imported:
    """Into which company one was imported, and as which entry."""

    company: str
    sequence: int


@dataclass(frozen=True, slots=True)
class UnimportedKey:
    """A key on the old manager's list that nobody imported yet; `company` is who redeemed it there, if anybody did."""

    licenses: Mapping[str, int]
    reference: str
    company: str | None

    def of(self, company: str) -> "UnimportedKey":
        """The key after the company that redeemed it was imported into another one."""
        return replace(self, company=company)


class AcceptedReturn(NamedTuple):
    """The one document that spent a generation, the entry that accepted it, and the project that was credited."""

    document_digest: str
    sequence: int
    at: datetime
    project: str


class Swap(NamedTuple):
    """What an RMA did, whatever became of the devices later: which one was replaced by which, and as which entry."""

    serial: str
    replacement: str
    sequence: int


@dataclass(frozen=True, slots=True)
class ReplacedDevice:
    """A device that another one replaced: where it was, its next generation, its returns, and as which entry."""

    project: str
    generation: int
    issue: int
    returns: tuple[AcceptedReturn, ...]
    replacement: str
    sequence: int


class ColdState(NamedTuple):
    """Blocks by subject, corrections (None once closed), releases of return limits, and the state of old licenses.

    Also invitations by their digest, the companies that companies are offered to, and those that were imported.
    `replaced` are broken devices that are not back in stock, `rmas` what each RMA did.
    `company_projects` are the projects of each company, only as many as it takes to know that they are too many.

    `unproven` are the numbers of devices without contact, by company.

    `set_asides` are proposals to set entries aside, each with its own place; None once approved.

    Numbers are the sequences of the entries that made it so; old licenses are kept by account, as postings name them.
    """

    blocked: Map[str, int] = Map[str, int]()
    corrections: Map[str, Proposal | DeliveryProposal | None] = Map[str, Proposal | DeliveryProposal | None]()
    limits_released: Map[str, int] = Map[str, int]()
    spent_seen: Map[tuple[str, int], int] = Map[tuple[str, int], int]()
    legacy: Map[str, LegacyHeld] = Map[str, LegacyHeld]()
    legacy_keys: Map[str, LegacyKey] = Map[str, LegacyKey]()
    legacy_consents: Map[str, int] = Map[str, int]()
    invitations: Map[str, OpenInvitation | SpentInvitation] = Map[str, OpenInvitation | SpentInvitation]()
    company_offers: Map[str, str] = Map[str, str]()
    imported: Map[str, Imported] = Map[str, Imported]()
    legacy_listed: Map[str, UnimportedKey] = Map[str, UnimportedKey]()
    company_projects: Map[str, tuple[str, ...]] = Map[str, tuple[str, ...]]()
    replaced: Map[str, ReplacedDevice] = Map[str, ReplacedDevice]()
    rmas: Map[str, Swap] = Map[str, Swap]()
    set_asides: Map[str, tuple[SettingAsideProposed, int] | None] = Map[str, tuple[SettingAsideProposed, int] | None]()
    unproven: Map[str, int] = Map[str, int]()

    def with_projects(self, company: str, projects: tuple[str, ...], *, most: int) -> "ColdState":
        """The state with more projects in a company; the first `most` of them are kept."""
        known = self.company_projects.get(company, ())
        if len(known) >= most:
            return self
        return self._replace(company_projects=self.company_projects.set(company, (*known, *projects)[:most]))
