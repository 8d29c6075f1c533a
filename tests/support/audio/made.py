"""What a conversion has made, in the order in which it said so."""

from dataclasses import dataclass, field
from pathlib import Path

from audio.application.conversion import MadeFile
from audio.application.ports import Master
from tests.support.recordings import ffmpeg


@dataclass(frozen=True, slots=True)
class Made:
    """Somebody who is told of each file."""

    files: list[MadeFile] = field(default_factory=list[MadeFile])

    async def ready(self, file: MadeFile) -> None:
        self.files.append(file)


def master_of(wide: Path) -> Master:
    """A master of 32-bit floats, with what narrowband coders take of it by ffmpeg alone."""
    narrow = wide.with_suffix(".s16")
    read = ("-f", "f32le", "-ar", "16000", "-ac", "1", "-i", wide.name)
    ffmpeg(wide.parent, "-v", "error", *read, "-f", "s16le", "-ar", "8000", narrow.name)
    return Master(wide, narrow)
