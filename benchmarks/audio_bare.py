"""What somebody does with ffmpeg and libbcg729 alone: a command for each step, two formats at a time."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audio.domain.formats import Format
from audio.domain.sources import MASTER_RATE
from dev.stack.settings import G729_PROGRAM

ENCODING = {
    "g711a": ("-c:a", "pcm_alaw", "-f", "alaw"),
    "g711u": ("-c:a", "pcm_mulaw", "-f", "mulaw"),
    "g722": ("-c:a", "g722", "-f", "g722"),
    "g723": ("-c:a", "g723_1", "-f", "g723_1"),
    "g726-32": ("-c:a", "g726", "-f", "g726"),
    "opus-wb": ("-c:a", "libopus", "-application", "voip", "-f", "ogg"),
}
"""How ffmpeg alone makes a format."""
_DECODING = {
    "g711a": ("-f", "alaw", "-ar", "8000", "-ac", "1"),
    "g711u": ("-f", "mulaw", "-ar", "8000", "-ac", "1"),
    "g722": ("-f", "g722"),
    "g723": ("-f", "g723_1"),
    "g729": ("-f", "g729"),
}
AT_ONCE = 2
"""Programs, as many as a conversion has."""
_LOUDNESS = "ebur128=peak=true"


@dataclass(frozen=True, slots=True)
class Bare:
    """A folder with a master, 32-bit floats in `wide` and 16 bit at 8 kHz in `narrow`."""

    wide: Path
    narrow: Path

    async def encode(self, wanted: Format) -> None:
        """One format of the master."""
        file = self._file(wanted)
        if wanted.code == "g729":
            await _run(sys.executable, str(G729_PROGRAM), str(self.narrow), str(file))
            return
        rate = ("-ar", str(wanted.rate), "-ac", "1", "-b:a", str(wanted.bit_rate))
        await _ffmpeg("-threads", "1", *_reading(self.wide), *rate, *ENCODING[wanted.code], str(file))

    async def encode_all(self, formats: Sequence[Format]) -> None:
        await _two_at_a_time(formats, self.encode)

    async def whole_job(self, recording: Path, formats: Sequence[Format], loudness: float) -> None:
        """Measure, even and measure again, encode, decode back and compare."""
        words = await _ffmpeg("-i", str(recording), "-af", _LOUDNESS, "-f", "null", "-")
        gain = loudness - float(re.findall(r"I:\s+(\S+) LUFS", words)[-1])
        louder = ("-af", f"volume={gain}dB:precision=float,{_LOUDNESS}")
        wide = ("-ar", str(MASTER_RATE), "-ac", "1", "-f", "f32le", str(self.wide))
        narrow = ("-ar", "8000", "-ac", "1", "-f", "s16le", str(self.narrow))
        await _ffmpeg("-i", str(recording), *louder, *wide, *narrow)
        await _two_at_a_time(formats, self._made_and_heard)

    async def _made_and_heard(self, wanted: Format) -> None:
        await self.encode(wanted)
        graph = (
            f"[0:a]aresample={wanted.rate},aformat=channel_layouts=mono,asplit[said][level];[level]astats,anullsink;"
            "[1:a]aformat=channel_layouts=mono,asplit[wav][heard];"
            "[said][heard]amerge=inputs=2,pan=mono|c0=c0-c1,astats,anullsink"
        )
        heard = str(self._file(wanted).with_suffix(".wav"))
        read_back = (*_DECODING[wanted.code], "-i", str(self._file(wanted)))
        await _ffmpeg(*_reading(self.wide), *read_back, "-filter_complex", graph, "-map", "[wav]", heard)

    def _file(self, wanted: Format) -> Path:
        return self.wide.with_name(f"bare-{wanted.code}")


async def _two_at_a_time(formats: Sequence[Format], work: Callable[[Format], Awaitable[None]]) -> None:
    """The longest first, as whoever has two cores would."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(wanted: Format) -> None:
        async with room:
            await work(wanted)

    await asyncio.gather(*map(one, sorted(formats, key=lambda each: each.bit_rate)))


def _reading(master: Path) -> tuple[str, ...]:
    return ("-f", "f32le", "-ar", str(MASTER_RATE), "-ac", "1", "-i", str(master))


async def _ffmpeg(*arguments: str) -> str:
    return await _run("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y", *arguments)


async def _run(*command: str) -> str:
    """What the program says; it must not fail."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, words = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {words.decode()[-300:]}")
    return words.decode()
