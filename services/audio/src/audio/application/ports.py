"""What conversion needs of the programs that know codecs and voices.

Each raises AudioRefused for what will never work, and ProgramFailed where the program is at fault.
"""

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
    """EBU R128: LUFS, None where less than 400 ms or only silence was there to measure; dBTP, None for silence."""

    integrated: float | None
    true_peak: float | None


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
    """Files in, files out. A master is mono, 32-bit float, MASTER_RATE, without a header."""

    async def probe(self, recording: Path, container: Container) -> Source:
        """What the header says, within bounds."""
        ...

    async def decode(self, recording: Path, source: Source, *, downmix: Downmix, master: Path) -> bool:
        """Make the master; whether the recording was without damage."""
        ...

    async def measure(self, master: Path) -> Measured:
        """How loud the master is."""
        ...

    async def amplify(self, master: Path, *, decibels: float, ceiling: float, louder: Path) -> None:
        """Make it louder, with peaks held under a ceiling in dBFS."""
        ...

    async def edit(self, master: Path, edit: Edit, edited: Path) -> None:
        """Cut, fade and lengthen, exact to the sample."""
        ...

    async def encode(self, master: Path, made: Format, file: Path) -> None:
        """Make a file that a box plays; AudioRefused `format_unavailable` where this installation can't."""
        ...

    async def decode_back(self, file: Path, made: Format, wav: Path) -> None:
        """What a box makes of the file, as WAV at the format's rate."""
        ...

    async def signal_to_noise(self, master: Path, wav: Path, made: Format) -> float | None:
        """In dB, of what was decoded against the master, the coder's delay evened out; None without any noise."""
        ...

    async def level_above(self, master: Path, hertz: int) -> float | None:
        """Mean level in dBFS of what lies above a frequency, 0 for all of it; None for silence."""
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
