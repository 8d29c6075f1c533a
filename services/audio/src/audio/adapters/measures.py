"""How filters of ffmpeg measure sound on its way to a file, and what they say of it on standard error.

Each filter has a name, by which its words are found: several measure in one run. What is said last counts, since ffmpeg
tries out its filters without any sound first.
"""

import math
import re
from collections.abc import Sequence

from audio.application.ports import Measured
from audio.domain.formats import Format

FLOATS = "aformat=channel_layouts=mono:sample_fmts=flt"
"""So that no filter beside it makes a master coarser."""
_HIGH = "highpass=f=4000:p=2"
_NUMBER = r"(\S+)"
_OF = r" @ \S+ (?:\[info\] )?"
"""What stands in a line between a filter's name and what it says; the level only where levels are asked for."""


def measuring(name: str, pad: str) -> str:
    """What measures the sound of a pad, and swallows it."""
    loudness, level, above = (f"{name}_{what}" for what in ("loudness", "level", "above"))
    return (
        f"[{pad}]asplit=3[{loudness}][{level}][{above}];"
        f"[{loudness}]ebur128@{name}=peak=true:framelog=verbose,anullsink;"
        f"[{level}]volumedetect@{level},anullsink;"
        f"[{above}]{_HIGH},{_HIGH},volumedetect@{above},anullsink"
    )


def measured(name: str, words: str) -> Measured:
    """What `measuring` has measured."""
    summary = words.rpartition(f"[ebur128@{name} @")[2]
    integrated = _last(_numbers(rf"\bI:\s+{_NUMBER} LUFS", summary)[:1])
    return Measured(
        integrated=None if integrated is None or integrated <= -70 else integrated,
        true_peak=_last(_numbers(rf"\bPeak:\s+{_NUMBER} dBFS", summary)[:1]),
        mean=_last(_numbers(rf"\[volumedetect@{name}_level{_OF}mean_volume: {_NUMBER} dB", words)),
        mean_above=_last(_numbers(rf"\[volumedetect@{name}_above{_OF}mean_volume: {_NUMBER} dB", words)),
    )


def comparing(formats: Sequence[Format]) -> str:
    """Compares each input after the first, which is the master, with it: the pads `wav0`, `noise0` and so on."""
    rates = sorted({made.rate for made in formats})
    return ";".join(
        [
            _split("0:a", "anull", [f"master{rate}" for rate in rates]),
            *(_said(rate, [number for number, made in enumerate(formats) if made.rate == rate]) for rate in rates),
            *(_difference(number, made) for number, made in enumerate(formats)),
        ]
    )


def signal_to_noise(made: Format, words: str) -> float | None:
    """What `comparing` has found of a format, in dB; None where there is no noise, or no sound."""
    levels = _numbers(rf"\[astats@{made.code}{_OF}RMS level dB: {_NUMBER}", words)[-2:]
    return levels[0] - levels[1] if len(levels) == 2 and all(map(math.isfinite, levels)) else None


def _said(rate: int, numbers: Sequence[int]) -> str:
    """The master at a rate, for each format that has it."""
    return _split(f"master{rate}", f"aresample={rate},{FLOATS}", [f"said{number}" for number in numbers])


def _split(pad: str, filters: str, pads: Sequence[str]) -> str:
    return f"[{pad}]{filters},asplit={len(pads)}" + "".join(f"[{each}]" for each in pads)


def _difference(number: int, made: Format) -> str:
    noise = "pan=stereo|c0=c0|c1=c0-c1,aformat=sample_fmts=flt"
    return (
        f"[{number + 1}:a]aresample={made.rate},{FLOATS},asplit[wav{number}][heard{number}];"
        f"[heard{number}]atrim=start_sample={made.delay_samples},asetpts=PTS-STARTPTS[late{number}];"
        f"[said{number}][late{number}]amerge=inputs=2,{noise},"
        f"astats@{made.code}=measure_overall=none:measure_perchannel=RMS_level[noise{number}]"
    )


def _numbers(pattern: str, words: str) -> list[float]:
    return [float(number) for number in re.findall(pattern, words)]


def _last(numbers: Sequence[float]) -> float | None:
    """The last one, where it is neither infinite nor `nan`."""
    return numbers[-1] if numbers and math.isfinite(numbers[-1]) else None
