"""Seconds of sound that are converted in a second, each format beside bare ffmpeg on the same sound; and a whole job.

A whole job decodes, measures, evens, encodes, decodes back and compares. Beside it stand the same steps by programs
that somebody starts by hand, and the encoding alone; each has two programs at once, as a job has. G.711 and G.729 are
made of the samples at 8 kHz that come with a master.
"""

import resource
import time
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from audio.adapters.ffmpeg import Ffmpeg
from audio.adapters.installation import transcoder
from audio.application.conversion import Conversion, MadeFile
from audio.application.ports import Edit, Master
from audio.domain.formats import FORMATS, USUAL, Format
from audio.domain.options import Loudness, Options
from audio.domain.sources import MASTER_RATE
from audio.domain.waveform import Span
from benchmarks.audio_bare import ENCODING, Bare
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from dev.stack.settings import G729_PROGRAM

SECONDS = 60
ROUNDS = 3


class Took(NamedTuple):
    """Seconds of work: by the clock, and of processors."""

    wall: float
    processor: float


async def measure(lab: Lab) -> list[Figure]:
    seconds = lab.sized(SECONDS)
    with TemporaryDirectory() as name:
        made = transcoder(G729_PROGRAM)
        raw, master = Path(name) / "raw.f32", Master(Path(name) / "master.f32", Path(name) / "master.s16")
        raw.write_bytes(_sound(seconds).tobytes())
        await made.master(raw, Edit(Span(0, seconds * MASTER_RATE), 0, 0), None, master)
        figures = [await _format(made, FORMATS[code], master, seconds) for code in (*ENCODING, "g729")]
        return [*figures, *await _job(made, master)]


async def _format(made: Ffmpeg, wanted: Format, master: Master, seconds: int) -> Figure:
    ours = await _best(lambda: made.encode(master, {wanted: master.wide.with_suffix(".ours")}))
    beside: tuple[Beside, ...] = ()
    if wanted.code in ENCODING:
        bare = await _best(lambda: Bare(master.wide, master.narrow).encode(wanted))
        beside = (Beside("bare ffmpeg", seconds / bare.wall),)
    return Figure(f"audio: {wanted.title}", seconds / ours.wall, "s/s", "> 0.9 of ffmpeg" if beside else "", beside)


async def _job(made: Ffmpeg, master: Master) -> list[Figure]:
    wav = master.wide.with_name("recording")
    await made.encode(master, {FORMATS["wav16"]: wav})
    formats = [FORMATS[code] for code in USUAL]
    firsts: list[float] = []

    async def ours() -> None:
        began, ready = time.perf_counter(), list[float]()

        async def heard(_: MadeFile) -> None:
            ready.append(time.perf_counter() - began)

        conversion = Conversion(made, wav.parent)
        await conversion.convert(wav, name="bench", formats=formats, options=Options(), ready=heard)
        firsts.append(min(ready))

    bare = Bare(wav.with_name("bare.f32"), wav.with_name("bare.s16"))
    whole, by_hand = await _best(ours), await _best(lambda: bare.whole_job(wav, formats, Loudness().target))
    alone = await _best(lambda: bare.encode_all(formats))
    what = f"audio: a whole job, {len(formats)} formats, decoded back"
    same, only = "the same steps by ffmpeg and libbcg729 alone", "encoding alone"
    return [
        Figure(what, whole.wall, "s", "< 1.2", (Beside(same, by_hand.wall), Beside(only, alone.wall))),
        Figure(
            f"{what}, processor time",
            *(whole.processor, "s", "< 1.2"),
            (Beside(same, by_hand.processor), Beside(only, alone.processor)),
        ),
        Figure("audio: the first file of that job", min(firsts), "s"),
    ]


async def _best(work: Callable[[], Awaitable[object]]) -> Took:
    """What the best round took, of each clock."""
    found: list[Took] = []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), _processor_seconds()
        await work()
        found.append(Took(time.perf_counter() - began, _processor_seconds() - used))
    return Took(min(one.wall for one in found), min(one.processor for one in found))


def _processor_seconds() -> float:
    """Of this process and of all programs that have ended."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _sound(seconds: int) -> "array[float]":
    """Noise that swells and falls four times a second, as speech does."""
    rolled = Random(12)
    return array("f", (rolled.uniform(-0.5, 0.5) * (at % 4000 / 4000) for at in range(seconds * MASTER_RATE)))
