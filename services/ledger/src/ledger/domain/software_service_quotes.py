"""What software service costs: the price that a preview shows, and that is charged only if it still holds.

The API makes the preview from the read side, the ledger makes the quote again from its own state: the digest is the
same only if both came to the same units, months and end.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from contracts.software_service import ServicePeriod, credits_for, extended


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A project as far as its price depends on it; units count free and allocated PBX licenses, held ones apart."""

    project: str
    period: ServicePeriod | None
    units: int
    held_units: int

    def runs(self, today: date) -> bool:
        """Whether its service runs today."""
        return self.period is not None and self.period.runs(today)


@dataclass(frozen=True, slots=True)
class Quote:
    """A price: `units` for `charged_months` each, and the period that it leads to."""

    project: str
    what: str
    units: int
    charged_months: int
    period: ServicePeriod | None

    @property
    def charge(self) -> int:
        """In credits."""
        return credits_for(self.units * self.charged_months)

    def digest(self) -> str:
        """What a buyer agrees to."""
        period = f"{self.period.anchor} {self.period.months}" if self.period else "none"
        said = (self.project, self.what, str(self.units), str(self.charged_months), str(self.charge), period)
        return hashlib.sha256("\n".join(["licensing/service-preview/v1", *said]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Dues:
    """What PBX licenses that come into a project owe to the end of its service (rule D6)."""

    months: int
    units: int

    @property
    def charge(self) -> int:
        """In credits."""
        return credits_for(self.units * self.months)

    def are_paid_by(self, free_credits: int) -> bool:
        """Whether these credits reach, those that come along counted; if not, all the PBX licenses wait as held."""
        return self.charge <= free_credits


def dues_of(period: ServicePeriod | None, units: int, today: date) -> Dues | None:
    """None without running service or PBX licenses."""
    if period is None or units == 0 or not period.runs(today):
        return None
    return Dues(period.left(today), units)


def quote_months(facts: ServiceFacts, months: int, today: date) -> Quote | None:
    """So many months for the whole project; None where the period would become too long.

    While service runs, held licenses are not in it: see `still_owed`. A new period covers them too.
    """
    found = extended(facts.period, months, today)
    if found is None:
        return None
    period, charged_months = found
    units = facts.units if facts.runs(today) else facts.units + facts.held_units
    return Quote(facts.project, f"{months} months", units, charged_months, period)


def still_owed(facts: ServiceFacts, bought: Quote, today: date) -> Dues:
    """What held licenses owe once the months are bought: all that is left to the new end; nothing in a new period."""
    left = bought.period.left(today) if bought.period and facts.runs(today) else 0
    return Dues(left, facts.held_units if left else 0)


def quote_release(facts: ServiceFacts, today: date) -> Quote:
    """Held licenses to the end of the running period; nothing once it has ended."""
    left = facts.period.left(today) if facts.period else 0
    return Quote(facts.project, "release", facts.held_units, left, facts.period)
