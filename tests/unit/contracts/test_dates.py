"""The golden table of rules section 5, row by row, and the laws behind it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import TEST_MONTHS, add_months, civil_day, last_day, months_left, months_missed, reminders


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("anchor", "months", "end"),
    [
        ("2026-03-01", 12, "2027-02-28"),
        ("2026-03-01", 18, "2027-08-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2026-02-01", 12, "2027-01-31"),
        ("2026-04-15", 12, "2027-04-14"),
        ("2026-05-20", 12, "2027-05-19"),
        ("2026-05-20", 24, "2028-05-19"),
        ("2026-05-20", 60, "2031-05-19"),
        ("2025-11-30", TEST_MONTHS, "2026-02-28"),
        ("2025-11-29", TEST_MONTHS, "2026-02-28"),
        ("2025-11-28", TEST_MONTHS, "2026-02-27"),
    ],
)
def test_a_period_ends_the_day_before_its_anchor_comes_round_again_or_with_a_shorter_month(
    anchor: str, months: int, end: str
) -> None:
    assert last_day(day(anchor), months) == day(end)


@pytest.mark.parametrize(
    ("end", "today", "missed"),
    [
        ("2026-01-31", "2026-02-01", 0),
        ("2026-01-31", "2026-02-02", 1),
        ("2026-01-31", "2026-03-01", 1),
        ("2026-01-31", "2026-03-02", 2),
        ("2026-01-31", "2026-04-15", 3),
    ],
)
def test_months_missed_since_the_end(end: str, today: str, missed: int) -> None:
    assert months_missed(day(end), day(today)) == missed


@pytest.mark.parametrize(
    ("today", "left"),
    [("2026-03-01", 12), ("2026-03-31", 12), ("2026-04-01", 11), ("2027-01-31", 2), ("2027-02-28", 1)],
)
def test_a_started_month_counts_whole_until_the_end(today: str, left: int) -> None:
    assert months_left(day("2026-03-01"), 12, day(today)) == left


@pytest.mark.parametrize(
    ("today", "left"),
    [("2026-02-28", 3), ("2026-03-01", 2), ("2026-03-30", 2), ("2026-03-31", 1), ("2026-04-30", 1)],
)
def test_of_a_period_from_a_31st_the_next_month_begins_after_the_shorter_month(today: str, left: int) -> None:
    assert months_left(day("2026-01-31"), 3, day(today)) == left


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC), "2026-01-31"),
        (datetime(2026, 1, 31, 23, tzinfo=UTC), "2026-02-01"),
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), "2026-06-30"),
        (datetime(2026, 6, 30, 22, tzinfo=UTC), "2026-07-01"),
    ],
)
def test_a_day_begins_at_midnight_in_berlin(at: datetime, expected: str) -> None:
    assert civil_day(at) == day(expected)


def test_reminders_are_ninety_thirty_and_seven_days_before_the_end() -> None:
    assert reminders(day("2027-02-28")) == (day("2026-11-30"), day("2027-01-29"), day("2027-02-21"))


days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_more_months_never_end_earlier(start: date, months: int, more: int) -> None:
    assert add_months(start, months) <= add_months(start, months + more)


@given(days, days)
def test_months_missed_is_the_least_number_that_reaches_today(end: date, today: date) -> None:
    if today <= end:
        return
    missed = months_missed(end, today)
    first = date.fromordinal(end.toordinal() + 1)
    assert add_months(first, missed) >= today
    assert missed == 0 or add_months(first, missed - 1) < today


@given(days, st.integers(1, 120), st.integers(0, 3_600))
def test_months_left_is_the_least_number_that_pays_to_the_end(anchor: date, months: int, passed: int) -> None:
    today = date.fromordinal(anchor.toordinal() + passed)
    if today > last_day(anchor, months):
        return
    left = months_left(anchor, months, today)
    assert 1 <= left <= months
    assert left == months or last_day(anchor, months - left) < today
    assert last_day(anchor, months - left + 1) >= today


@given(days, st.integers(1, 120))
def test_the_day_after_a_period_has_the_anchors_number_or_begins_a_month(anchor: date, months: int) -> None:
    after = date.fromordinal(last_day(anchor, months).toordinal() + 1)
    shorter = add_months(anchor, months).day < anchor.day
    assert after.day == (1 if shorter else anchor.day)
