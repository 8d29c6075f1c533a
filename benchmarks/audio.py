"""Seconds of sound that are converted in a second, each format beside bare ffmpeg on the same sound; and a whole job.

A whole job decodes, measures, evens, encodes, decodes back and compares; beside it the same formats are only encoded.
"""

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from audio.adapters.ffmpeg import Ffmpeg
from audio.adapters.installation import transcoder
from audio.application.conversion import Conversion
from audio.domain.formats import FORMATS, USUAL, Format
from audio.domain.options import Options
from audio.domain.sources import MASTER_RATE
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from dev.stack.settings import G729_PROGRAM

SECONDS = 60
ROUNDS = 3
BARE = {
    "g711a": ("-c:a", "pcm_alaw", "-f", "alaw"),
    "g722": ("-c:a", "g722", "-f", "g722"),
    "g723": ("-c:a", "g723_1", "-f", "g723_1"),
    "g726-32": ("-c:a", "g726", "-f", "g726"),
    "opus-wb": ("-c:a", "libopus", "-application", "voip", "-f", "ogg"),
}
"""How ffmpeg alone makes a format."""


async def measure(lab: Lab) -> list[Figure]:
    seconds = lab.sized(SECONDS)
    with TemporaryDirectory() as name:
        made = transcoder(G729_PROGRAM)
        raw, master = Path(name) / "raw.f32", Master(Path(name) / "master.f32", Path(name) / "master.s16")
        raw.write_bytes(_sound(seconds).tobytes())
        await made.master(raw, Edit(Span(0, seconds * MASTER_RATE), 0, 0), None, master)
        figures = [await _format(made, FORMATS[code], master, seconds) for code in (*BARE, "g729")]
        return [*figures, await _job(made, master, seconds)]


async def _format(made: Ffmpeg, wanted: Format, master: Path, seconds: int) -> Figure:
    ours = await _best(lambda: made.encode(master, {wanted: master.with_suffix(".ours")}))
    beside: tuple[Beside, ...] = ()
    if wanted.code in BARE:
        bare = await _best(lambda: _bare(master, wanted))
        beside = (Beside("bare ffmpeg", seconds / bare),)
    return Figure(f"audio: {wanted.title}", seconds / ours, "s/s", "> 0.9 of ffmpeg" if beside else "", beside)


async def _job(made: Ffmpeg, master: Path, seconds: int) -> Figure:
    wav = master.with_name("recording")
    await made.encode(master, {FORMATS["wav16"]: wav})
    formats = [FORMATS[code] for code in USUAL]

    async def ours() -> None:
        await Conversion(made, master.parent).convert(wav, name="bench", formats=formats, options=Options())

    async def bare() -> None:
        for one in formats:
            await (_bare(master, one) if one.code in BARE else made.encode(master, {one: master.with_suffix(".bare")}))

    beside = (Beside("encoding alone, by ffmpeg and libbcg729", seconds / await _best(bare)),)
    what = f"audio: a whole job, {len(formats)} formats, decoded back"
    return Figure(what, seconds / await _best(ours), "s/s", "", beside)


async def _bare(master: Path, wanted: Format) -> None:
    read = ("-f", "f32le", "-ar", str(MASTER_RATE), "-ac", "1", "-i", str(master))
    rate = ("-ar", str(wanted.rate), "-ac", "1", "-b:a", str(wanted.bit_rate))
    command = ("ffmpeg", "-v", "error", "-y", "-threads", "1", *read, *rate, *BARE[wanted.code])
    process = await asyncio.create_subprocess_exec(*command, str(master.with_suffix(".bare")))
    if await process.wait():
        raise RuntimeError(f"ffmpeg made no {wanted.title}")


async def _best(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the fastest round."""
    found: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        found.append(time.perf_counter() - began)
    return min(found)


def _sound(seconds: int) -> "array[float]":
    """Noise that swells and falls four times a second, as speech does."""
    rolled = Random(12)
    return array("f", (rolled.uniform(-0.5, 0.5) * (at % 4000 / 4000) for at in range(seconds * MASTER_RATE)))
