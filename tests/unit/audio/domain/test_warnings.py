"""What is said to sound wrong before somebody takes a file."""

import pytest

from audio.domain.formats import FORMATS
from audio.domain.warnings import BOX_SECONDS, format_warnings


@pytest.mark.parametrize(
    ("code", "seconds", "level", "level_above", "warnings"),
    [
        ("g711a", 10, -20, -37, ["bandwidth_lost"]),
        ("g711a", 10, -20, -39, []),
        ("g722", 10, -20, -21, []),
        ("g711a", 10, None, None, []),
        ("g722", BOX_SECONDS, -20, -41, []),
        ("g722", BOX_SECONDS + 1, -20, -41, ["too_long_for_box"]),
        ("g729", BOX_SECONDS + 1, -20, -21, ["bandwidth_lost", "too_long_for_box"]),
    ],
)
def test_what_a_format_loses_and_what_is_too_long_is_warned_of(
    code: str, seconds: float, level: float | None, level_above: float | None, warnings: list[str]
) -> None:
    assert format_warnings(FORMATS[code], seconds=seconds, level=level, level_above=level_above) == warnings
