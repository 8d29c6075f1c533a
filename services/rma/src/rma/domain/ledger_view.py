"""What cases need to know of the ledger: who may do what, where devices are, and when they were delivered."""

from datetime import date
from typing import NamedTuple

from immutables import Map

from contracts.actors import Account
from contracts.dates import last_day
from contracts.events.set_aside import SettingAsideProposed
from contracts.fields import CompanyKind, Right
from contracts.rma.cases import Coverage

DOA_DAYS = 21
"""A device that breaks within three weeks of its delivery was dead on arrival."""
Rights = frozenset[Right]
NO_RIGHTS: Rights = frozenset()
Person = tuple[str, str]
"""An account and the company that it acts for."""


class Company(NamedTuple):
    """Who is an administrator of a company, and who a plain member; end customers learn of no guarantee (rule F4)."""

    administrators: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    kind: CompanyKind = "reseller"


class Delivered(NamedTuple):
    """When a device was delivered, and its months of warranty in all."""

    on: date
    months: int


class Swap(NamedTuple):
    """A device that another one replaced, by which entry, and on which day."""

    serial: str
    replacement: str
    sequence: int
    on: date


class LedgerView(NamedTuple):
    """The ledger up to its entry `sequence`, which is of the day `on`, as an immutable value.

    `projects` are companies by project, `devices` projects by serial, `swaps` by case number. `blocked` are what staff
    has stopped, `closed` the companies that were imported into others. `set_asides` are proposals to set entries aside,
    None once a second person has decided.
    """

    sequence: int = 0
    on: date = date.min
    vendor: str | None = None
    companies: Map[str, Company] = Map[str, Company]()
    projects: Map[str, str] = Map[str, str]()
    grants: Map[Person, Map[str, Rights]] = Map[Person, Map[str, Rights]]()
    devices: Map[str, str] = Map[str, str]()
    delivered: Map[str, Delivered] = Map[str, Delivered]()
    blocked: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    swaps: Map[str, Swap] = Map[str, Swap]()
    set_asides: Map[str, SettingAsideProposed | None] = Map[str, SettingAsideProposed | None]()

    def passed(self) -> "LedgerView":
        """After an entry from which nothing follows."""
        return self._replace(sequence=self.sequence + 1)

    def is_staff(self, account: Account) -> bool:
        """Whether the account acts for the vendor as its administrator."""
        return account.company == self.vendor and self._administers(account, account.company)

    def rights_in(self, account: Account, project: str) -> Rights | None:
        """What the account may do in a project; None says everything."""
        company = self.projects.get(project)
        if company is not None and self._administers(account, company):
            return None
        granted = self.grants.get((account.account, account.company))
        return NO_RIGHTS if granted is None else granted.get(project, NO_RIGHTS)

    def has_right(self, account: Account, project: str, right: Right) -> bool:
        """Whether the account may do this in the project."""
        rights = self.rights_in(account, project)
        return rights is None or right in rights

    def knows_of(self, account: Account, project: str) -> bool:
        """Whether the project is of the account's company or visible to it: a rejection reveals nothing (rule X7)."""
        return (
            self._is_member(account, self.projects.get(project, ""))
            or self.has_right(account, project, "view")
            or self.is_staff(account)
        )

    def sees(self, account: Account, project: str) -> bool:
        """Whether the account may read what happens to devices of the project; each right comes with `view`."""
        return self.is_staff(account) or self.has_right(account, project, "view")

    def sees_coverage(self, account: Account) -> bool:
        """Whether the account may know who pays for what it sees: nobody who acts for an end customer (rule F4)."""
        company = self.companies.get(account.company)
        return company is not None and company.kind != "end_customer" and self._is_member(account, account.company)

    def coverage(self, serial: str, today: date) -> Coverage:
        """Who pays for a device that is reported today; without a day of delivery it has no warranty (rule F5)."""
        delivered = self.delivered.get(serial)
        if delivered is None:
            return "chargeable"
        if (today - delivered.on).days <= DOA_DAYS:
            return "doa"
        return "warranty" if today <= last_day(delivered.on, delivered.months) else "chargeable"

    def _administers(self, account: Account, company: str) -> bool:
        known = self.companies.get(company)
        return known is not None and account.company == company and account.account in known.administrators

    def _is_member(self, account: Account, company: str) -> bool:
        known = self.companies.get(company)
        if known is None or account.company != company:
            return False
        return account.account in known.administrators or account.account in known.members
