"""What conversion needs of the programs that know codecs and voices.

Each raises AudioRefused for what will never work, and ProgramFailed where the program is at fault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audio.domain.containers import Container
from audio.domain.formats import Format
from audio.domain.options import Downmix
from audio.domain.sources import Source
from audio.domain.waveform import Span


class ProgramFailed(Exception):  # noqa: N818 - states the world
    """A program ended as it should not, with something that was decoded already; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Measured:
    """EBU R128: LUFS, None where less than 400 ms or only silence was there to measure; dBTP, None for silence.

    `mean` is the mean level in dBFS, `mean_above` that of what narrowband loses; None for silence.
    """

    integrated: float | None
    true_peak: float | None
    mean: float | None = None
    mean_above: float | None = None


@dataclass(frozen=True, slots=True)
class Master:
    """What all formats are made of, without headers, mono: 32-bit float at MASTER_RATE, and 16 bit at NARROW_RATE.

    Coders that are no part of the transcoder take the narrow one.
    """

    wide: Path
    narrow: Path


@dataclass(frozen=True, slots=True)
class Gain:
    """How much louder, with peaks held under a ceiling in dBFS; `true_peak` is that of the sound before, in dBTP."""

    decibels: float
    ceiling: float
    true_peak: float

    @property
    def limits(self) -> bool:
        """Whether any peak would come above the ceiling."""
        return self.true_peak + self.decibels > self.ceiling


@dataclass(frozen=True, slots=True)
class Decoded:
    """How loud a recording is, and whether all of it could be decoded."""

    measured: Measured
    whole: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A file for a box, and the WAV that says how it sounds there."""

    format: Format
    file: Path
    heard: Path


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of the master, in samples: what is kept, faded at both ends, with silence after it."""

    keep: Span
    fade_samples: int
    pause_samples: int

    @property
    def samples(self) -> int:
        return self.keep.samples + self.pause_samples


class Transcoder(Protocol):
    """Files in, files out."""

    async def probe(self, recording: Path, container: Container) -> Source:
        """What the header says, within bounds."""
        ...

    async def decode(self, recording: Path, source: Source, *, downmix: Downmix, raw: Path) -> Decoded:
        """Make 32-bit floats of it, mono, MASTER_RATE, without a header."""
        ...

    async def master(self, raw: Path, edit: Edit, gain: Gain | None, master: Master) -> Measured:
        """Cut, fade and lengthen what was decoded, exact to the sample, and amplify it; how loud it is then."""
        ...

    async def encode(self, master: Master, files: Mapping[Format, Path]) -> None:
        """Make files that a box plays; AudioRefused `format_unavailable` where this installation can't."""
        ...

    async def decode_back(self, master: Master, coded: Sequence[Coded]) -> list[float | None]:
        """Make the WAV files of what a box makes of each file, at the format's rate; the signal-to-noise of each.

        In dB, of what was decoded against the master, the coder's delay evened out; None without any noise.
        """
        ...

    def makes(self, made: Format) -> bool:
        """Whether this installation makes the format."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks a language, by a name that is one across engines."""

    name: str
    language: str
    engine: str
    rate: int
    licence: str


class SpeechEngine(Protocol):
    """Makes speech of plain text."""

    async def voices(self) -> list[Voice]:
        """Who speaks here; none where the program is missing."""
        ...

    async def speak(self, text: str, voice: Voice, *, words_per_minute: int, wav: Path) -> None:
        """Say it, into a WAV file of 16 bit mono at the voice's rate."""
        ...
