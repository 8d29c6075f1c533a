"""What whoever asks can choose; the defaults are what an announcement needs."""

from dataclasses import dataclass
from typing import Literal

Downmix = Literal["mix", "left", "right"]
"""`mix` weighs all channels (no low-frequency effects) so that nothing clips; the others take one channel alone."""


def _within(name: str, value: float, low: float, high: float) -> None:
    """ValueError, which REST makes a 422 of; NaN is outside."""
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}, and must be from {low} to {high}")


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R128: LUFS of the whole, and the true peak in dBTP that nothing exceeds."""

    target: float = -19.0
    true_peak: float = -3.0

    def __post_init__(self) -> None:
        _within("target", self.target, -36, -10)
        _within("true_peak", self.true_peak, -9, -1)


@dataclass(frozen=True, slots=True)
class Options:
    """Times are in milliseconds; None as loudness leaves it alone."""

    loudness: Loudness | None = Loudness()
    trim_silence: bool = True
    fade_milliseconds: int = 5
    pause_milliseconds: int = 0
    downmix: Downmix = "mix"

    def __post_init__(self) -> None:
        _within("fade_milliseconds", self.fade_milliseconds, 0, 5000)
        _within("pause_milliseconds", self.pause_milliseconds, 0, 30_000)
