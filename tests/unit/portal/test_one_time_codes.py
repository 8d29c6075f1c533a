"""Codes of an authenticator app."""

import pytest

from portal.domain.one_time_codes import STEP_SECONDS, code_of, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_of(SECRET, seconds // STEP_SECONDS) == code


@pytest.mark.parametrize(("late", "counts"), [(-31, False), (-1, True), (29, True), (59, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, *, counts: bool) -> None:
    step = 1000
    found = step_of(SECRET, code_of(SECRET, step), seconds=step * STEP_SECONDS + late, after=0)
    assert (found == step) is counts


def test_a_code_counts_once_and_none_before_it() -> None:
    now = 1000 * STEP_SECONDS
    assert step_of(SECRET, code_of(SECRET, 1000), seconds=now, after=1000) is None
    assert step_of(SECRET, code_of(SECRET, 999), seconds=now, after=1000) is None
    assert step_of(SECRET, code_of(SECRET, 1001), seconds=now, after=1000) == 1001


@pytest.mark.parametrize("typed", ["", "000", "abcdef", "\N{ARABIC-INDIC DIGIT ONE}" * 6])
def test_what_is_no_code_counts_never(typed: str) -> None:
    assert step_of(SECRET, typed, seconds=30_000, after=0) is None
