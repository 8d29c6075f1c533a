"""The shape of a sound: where it begins and ends, how high it goes, and its picture."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from audio.domain.sources import MASTER_RATE

WINDOW_SAMPLES = MASTER_RATE // 100
"""10 ms: finer than an ear hears where a sentence begins."""
SILENCE_PEAK = 10 ** (-50 / 20)
"""Of full scale: what stays under -50 dBFS for a whole window is silence at the ends of a recording."""
FULL_SCALE = 0.9999
"""The highest sample of 16 bit is no whole 1."""
MAX_PEAKS = 800
"""Of a waveform: a pixel each on a wide screen."""
_SVG_HEIGHT = 120


@dataclass(frozen=True, slots=True)
class Shape:
    """Lowest and highest sample of each window, and how many samples there are and touch full scale."""

    lows: "array[float]"
    highs: "array[float]"
    samples: int
    clipped: int

    @property
    def peak(self) -> float:
        return max(max(self.highs, default=0.0), -min(self.lows, default=0.0), 0.0)


@dataclass(frozen=True, slots=True)
class Span:
    """Samples of the master, the end not included."""

    start: int
    end: int

    @property
    def samples(self) -> int:
        return self.end - self.start


def shape_of(windows: Iterable["array[float]"]) -> Shape:
    """The shape of sound in windows of WINDOW_SAMPLES, of which the last may be shorter."""
    lows, highs, samples, clipped = array("f"), array("f"), 0, 0
    for window in windows:
        low, high = min(window), max(window)
        lows.append(low)
        highs.append(high)
        samples += len(window)
        if high >= FULL_SCALE or low <= -FULL_SCALE:
            clipped += sum(abs(sample) >= FULL_SCALE for sample in window)
    return Shape(lows, highs, samples, clipped)


def sounding(shape: Shape) -> Span:
    """From the first window that is no silence to the last; all of it where there is nothing else."""
    loud = [at for at, low, high in _numbered(shape) if high > SILENCE_PEAK or low < -SILENCE_PEAK]
    if not loud:
        return Span(0, shape.samples)
    return Span(loud[0] * WINDOW_SAMPLES, min((loud[-1] + 1) * WINDOW_SAMPLES, shape.samples))


def _numbered(shape: Shape) -> Iterator[tuple[int, float, float]]:
    return ((at, low, high) for at, (low, high) in enumerate(zip(shape.lows, shape.highs, strict=True)))


def peaks(shape: Shape, count: int = MAX_PEAKS) -> list[tuple[float, float]]:
    """At most `count` pairs of lowest and highest sample, each of a like stretch of the sound."""
    windows = len(shape.lows)
    count = min(count, windows)
    edges = [at * windows // count for at in range(count + 1)] if count else [0]
    return [(min(shape.lows[a:b]), max(shape.highs[a:b])) for a, b in pairwise(edges)]


def svg(pairs: list[tuple[float, float]]) -> str:
    """A picture of peaks, a unit wide for each, in the colour of the text around it."""
    middle = _SVG_HEIGHT / 2
    strokes = "".join(f"M{at}.5 {_y(high):.1f}V{_y(low) + 0.5:.1f}" for at, (low, high) in enumerate(pairs))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(len(pairs), 1)} {_SVG_HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="Waveform">'
        f'<path d="M0 {middle:.1f}H{max(len(pairs), 1)}{strokes}" stroke="currentColor" fill="none"/></svg>'
    )


def _y(sample: float) -> float:
    return (1 - min(max(sample, -1.0), 1.0)) * _SVG_HEIGHT / 2
