"""The wave of a recording as a picture: one path, in the colour of the text around it."""

from collections.abc import Sequence
from typing import Any

HEIGHT = 80


def path(peaks: Sequence[Sequence[Any]]) -> str:
    """A stroke from the lowest to the highest sample of each stretch; never thinner than a hair."""
    middle = HEIGHT / 2
    strokes = (
        f"M{x}.5 {middle - max(float(high), 0.01) * middle:.1f}V{middle - min(float(low), -0.01) * middle:.1f}"
        for x, (low, high) in enumerate(peaks)
    )
    return "".join(strokes)
