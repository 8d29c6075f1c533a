"""Software service: one period for a whole project, paid in credits (rules D3 to D6)."""

from typing import Annotated

from pydantic import Field

from contracts.dates import MAX_MONTHS, Day, Months, last_day, months_left, months_missed
from contracts.licenses import Lots
from contracts.models import WireModel

MONTHS_OF_CREDIT = 12
MAX_BOUGHT_MONTHS = 60
MAX_UNITS = 10**15

Units = Annotated[int, Field(ge=0, le=MAX_UNITS, description="Licenses, each times the weight of its type.")]


BoughtMonths = Annotated[int, Field(ge=1, le=MAX_MONTHS, description="Months that were bought with it.")]
ChargedMonths = Annotated[
    int,
    Field(ge=1, le=MAX_MONTHS, description="Months that each unit was charged for; a started month is a whole one."),
]


class ServicePeriod(WireModel):
    """Since when a project has software service, and for how many months in all."""

    anchor: Day
    months: Months

    @property
    def ends_on(self) -> Day:
        """The last day."""
        return last_day(self.anchor, self.months)

    def runs(self, today: Day) -> bool:
        """Whether this day is covered."""
        return today <= self.ends_on

    def left(self, today: Day) -> int:
        """Started months from today to its end; 0 once it has ended."""
        return months_left(self.anchor, self.months, today) if self.runs(today) else 0


class Coverage(WireModel):
    """What became of licenses that came into a project whose service runs: paid to the same end, or held (rule D6)."""

    on: Day
    months: ChargedMonths
    units: Units
    charged: Lots
    held: Lots


def extended(period: ServicePeriod | None, months: int, today: Day) -> tuple[ServicePeriod, int] | None:
    """The period after so many more months, and the months that each unit costs; None beyond MAX_MONTHS.

    A running period goes on from its anchor. After a lapse a new one begins today, and the gap counts twice (rule D4).
    """
    if period is None:
        return ServicePeriod(anchor=today, months=months), months
    if not period.runs(today):
        gap = months_missed(period.ends_on, today)
        return ServicePeriod(anchor=today, months=months), 2 * gap + months
    total = period.months + months
    return None if total > MAX_MONTHS else (ServicePeriod(anchor=period.anchor, months=total), months)


def credits_for(unit_months: int) -> int:
    """What so many unit-months cost: a started credit counts whole (rule D5)."""
    return -(-unit_months // MONTHS_OF_CREDIT)
