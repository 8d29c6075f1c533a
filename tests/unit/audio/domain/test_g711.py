"""G.711 against ITU-T G.711's own words: the decision values of its tables, over all samples that there are."""

from array import array

import pytest

from audio.domain.g711 import Law, compressed

EVERY_SAMPLE = range(-32768, 32768)
SEGMENTS = range(8)


def _alaw_line(number: int) -> int:
    """Table 1a: the byte of the interval `number`, counted from the middle of the positive half."""
    return (number | 0x80) ^ 0x55


def _alaw_decisions() -> list[int]:
    """Table 1a, column 5, in 16 bits: 16 intervals a segment, of 16 twice and then twice as wide each."""
    widths = [16 * max(1, 2 ** (segment - 1)) for segment in SEGMENTS for _ in range(16)]
    return [sum(widths[:at]) for at in range(128)]


def _mulaw_decisions() -> list[int]:
    """Table 2a, column 5, in 16 bits: the first interval is half as wide as its neighbours."""
    widths = [4, *[8] * 15, *[8 * 2**segment for segment in SEGMENTS[1:] for _ in range(16)]]
    return [sum(widths[:at]) for at in range(128)]


def _interval(magnitude: int, decisions: list[int]) -> int:
    return max(at for at, decision in enumerate(decisions) if magnitude >= decision)


@pytest.mark.parametrize("law", ["alaw", "mulaw"])
def test_every_sample_falls_into_the_interval_of_the_recommendation(law: Law) -> None:
    decisions = _alaw_decisions() if law == "alaw" else _mulaw_decisions()
    positive = [_interval(sample, decisions) for sample in range(32768)]
    code = _alaw_line if law == "alaw" else (lambda number: number ^ 0xFF)
    other_half = [code(number) ^ 0x80 for number in positive]
    made = compressed(array("h", EVERY_SAMPLE), law)
    assert made[32768:] == bytes(map(code, positive))
    assert made[:32768] == bytes(reversed(other_half))


@pytest.mark.parametrize(("law", "quiet"), [("alaw", 0xD5), ("mulaw", 0xFF)])
def test_silence_is_the_byte_that_everybody_knows(law: Law, quiet: int) -> None:
    assert compressed(array("h", [0, 0]), law) == bytes([quiet, quiet])
