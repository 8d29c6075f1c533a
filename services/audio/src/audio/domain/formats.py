"""What a box plays: the formats, their rates, and how many bytes they make of how many samples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from audio.domain.refusals import AudioRefused

Coder = Literal["alaw", "mulaw", "g722", "g723_1", "g726", "g726le", "g726_40", "g726_40le", "g729", "opus", "wav"]


@dataclass(frozen=True, slots=True)
class Framing:
    """A coder that makes `size` bytes of each `samples` samples, the last frame padded; `header` bytes stand before."""

    samples: int
    size: int
    header: int = 0

    def bytes_of(self, samples: int) -> int:
        return self.header + -(-samples * self.size // self.samples)

    def whole_frames_of(self, samples: int) -> int:
        return self.header + -(-samples // self.samples) * self.size


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. `delay_samples` is how much later than the source the decoded sound comes.

    They are counted as it is decoded, at `rate`, and Opus at 48 kHz whatever its rate; below 0 it comes too early.
    """

    code: str
    title: str
    extension: str
    coder: Coder
    rate: int
    bit_rate: int
    framing: Framing | None
    padded: bool = False
    delay_samples: int = 0

    def expected_bytes(self, samples: int) -> int | None:
        """The size of a file of so many samples at `rate`; None where it depends on the sound."""
        if self.framing is None:
            return None
        return self.framing.whole_frames_of(samples) if self.padded else self.framing.bytes_of(samples)


def _g726(kilobits: int, order: Literal["le", ""]) -> Format:
    coder: Coder = "g726le" if order else "g726"
    if kilobits == 40:
        coder = "g726_40le" if order else "g726_40"
    byte_order = "low bits first" if order else "high bits first"
    return Format(
        code=f"g726-{kilobits}{order}",
        title=f"G.726 at {kilobits} kbit/s, {byte_order}",
        extension="g726",
        coder=coder,
        rate=8000,
        bit_rate=kilobits * 1000,
        framing=Framing(samples=8, size=kilobits // 8),
    )


_ALL = (
    Format("g711a", "G.711 A-law", "g711a", "alaw", 8000, 64_000, Framing(1, 1)),
    Format("g711u", "G.711 mu-law", "g711u", "mulaw", 8000, 64_000, Framing(1, 1)),
    Format("g722", "G.722 at 64 kbit/s", "g722", "g722", 16_000, 64_000, Framing(2, 1), delay_samples=22),
    Format(
        "g723", "G.723.1 at 6.3 kbit/s", "g723", "g723_1", 8000, 6300, Framing(240, 24), padded=True, delay_samples=60
    ),
    *(_g726(kilobits, order) for kilobits in (16, 24, 32, 40) for order in ("", "le")),
    Format("g729", "G.729A at 8 kbit/s", "g729", "g729", 8000, 8000, Framing(80, 10), padded=True, delay_samples=40),
    Format("opus-nb", "Opus, narrowband", "opus", "opus", 8000, 16_000, None, delay_samples=3),
    Format("opus-wb", "Opus, wideband", "opus", "opus", 16_000, 24_000, None, delay_samples=-2),
    Format("wav8", "WAV, 8 kHz, 16 bit", "wav", "wav", 8000, 128_000, Framing(1, 2, header=44)),
    Format("wav16", "WAV, 16 kHz, 16 bit", "wav", "wav", 16_000, 256_000, Framing(1, 2, header=44)),
)
FORMATS = {each.code: each for each in _ALL}
USUAL = ("g711a", "g711u", "g722", "g723", "g729")
"""What is made where nobody says which formats."""


_QUICK: frozenset[Coder] = frozenset(("alaw", "mulaw", "g722", "g726", "g726le", "g726_40", "g726_40le", "wav"))
"""Coders that know nothing of speech: a minute takes them less than all that is done before."""
_LONG: frozenset[Coder] = frozenset(("g723_1", "opus"))
"""Those that take as long as all others together."""


def in_turn(formats: Sequence[Format]) -> tuple[tuple[Format, ...], ...]:
    """Groups: one format alone, quick if any is, so that it is heard early; then what takes long, and the others.

    A group is made at once: each start of a program takes as long as to encode ten seconds.
    """
    quick_first = sorted(formats, key=lambda each: each.coder not in _QUICK)
    first, rest = quick_first[:1], quick_first[1:]
    long = [each for each in rest if each.coder in _LONG]
    others = [each for each in rest if each.coder not in _LONG]
    return tuple(tuple(group) for group in (first, long, others) if group)


def formats_of(codes: Iterable[str]) -> tuple[Format, ...]:
    """The formats of these codes, each once, in this order; raises AudioRefused."""
    wanted = tuple(dict.fromkeys(codes))
    if unknown := [code for code in wanted if code not in FORMATS]:
        raise AudioRefused("format_unknown", f"There is no format {unknown[0][:40]!r}.")
    return tuple(FORMATS[code] for code in wanted)
