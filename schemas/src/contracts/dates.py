"""Civil dates: days in Europe/Berlin, months that do not drift, ends that are inclusive (rules section 5).

Pure, and shared by the ledger that sets a date and the signer that checks it. A period is kept as its anchor and its
months in all; its end is always computed from these two and never from an earlier end (rule D2).
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

BERLIN = ZoneInfo("Europe/Berlin")
TEST_MONTHS = 3
REMINDER_DAYS = (90, 30, 7)
"""How long before the end of software service reminders are due (rule D8)."""
MAX_MONTHS = 1_200
"""Months that one period may have in all: a century, far above any contract and far below the end of the calendar."""

Day = Annotated[date, Field(description="A day in Europe/Berlin, as YYYY-MM-DD.")]
Months = Annotated[int, Field(ge=1, le=MAX_MONTHS, description="Months in all, counted from the anchor.")]

_ONE_DAY = timedelta(days=1)


def civil_day(at: datetime) -> date:
    """The day on which a moment falls in Berlin; the moment is aware (rule D1)."""
    return _shared(at.astimezone(BERLIN).date())


@lru_cache(10_000)
def _shared(day: date) -> date:
    """One value for a day, which many cases keep."""
    return day


def first_moment_of(day: date) -> datetime:
    """The midnight with which a day begins in Berlin."""
    return datetime.combine(day, time(), BERLIN)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(anchor: date, months: int) -> date:
    """The inclusive last day of so many months that begin on the anchor (rule D2).

    It is the day before the day of the anchor's number; a month without that number is covered to its own last day, as
    sections 187 (2) and 188 (2), (3) BGB count: nobody loses a day to a short month.
    """
    same_day = add_months(anchor, months)
    return same_day - _ONE_DAY if same_day.day == anchor.day else same_day


def months_missed(end: date, today: date) -> int:
    """How many months begin between an end and today: 0 on the day after the end (rule D4)."""
    first_uncovered = end + _ONE_DAY
    months = max(0, (today.year - first_uncovered.year) * 12 + today.month - first_uncovered.month)
    return months if add_months(first_uncovered, months) >= today else months + 1


def months_left(anchor: date, months: int, today: date) -> int:
    """Started months from today to the end of a running period: the month that today is in counts whole (rule D6)."""
    used = max(0, (today.year - anchor.year) * 12 + today.month - anchor.month)
    if last_day(anchor, used) >= today:
        used -= 1
    return months - max(0, used)


def reminders(end: date) -> tuple[date, ...]:
    """The days on which reminders of the end are due."""
    return tuple(end - timedelta(days=days) for days in REMINDER_DAYS)
