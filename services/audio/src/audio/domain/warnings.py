"""What will sound wrong, said before it is taken to a box."""

from typing import Literal

from audio.domain.formats import Format

AudioWarning = Literal[
    "clipping", "silence", "bandwidth_lost", "too_long_for_box", "source_damaged", "loudness_not_reached"
]

SILENT_PEAK = 10 ** (-60 / 20)
"""Of full scale: nobody hears it on a telephone."""
CLIPPED_SAMPLES = 8
"""At full scale; a recording that is just as loud as can be touches it once or twice."""
BANDWIDTH_DECIBELS = 18.0
"""Speech has a hundredth of its power above 4 kHz at most; what has clearly more, music mostly, sounds dull without."""
BOX_SECONDS = 300
"""Longest announcement; a queue's loop is seconds, and a box keeps its files in few megabytes of flash memory."""
LOUDNESS_TOLERANCE = 0.5
"""LU."""


def format_warnings(
    made: Format, *, seconds: float, level: float | None, level_above: float | None
) -> list[AudioWarning]:
    """What is wrong in one format. Levels are of the whole sound, and of what lies above the format's bandwidth."""
    found: list[AudioWarning] = []
    if level is not None and level_above is not None and level_above > level - BANDWIDTH_DECIBELS and made.rate == 8000:
        found.append("bandwidth_lost")
    if seconds > BOX_SECONDS:
        found.append("too_long_for_box")
    return found
