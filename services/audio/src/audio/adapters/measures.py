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


def comparing(master: str, heard: Sequence[tuple[Format, str]]) -> str:
    """Compares the sound of a source with the master, a source too, for each format: the pads `wav0`, `wav1` and so on.

    Sources, since ffmpeg spends as much on each input after its first one as on the decoding of a minute.
    """
    numbered = [*enumerate(made for made, _ in heard)]
    rates = sorted({made.rate for made, _ in heard})
    return ";".join(
        [
            _split(master, [f"master{rate}" for rate in rates]),
            *(_said(rate, [number for number, made in numbered if made.rate == rate]) for rate in rates),
            *(_difference(number, made, source) for number, (made, source) in enumerate(heard)),
        ]
    )


def signal_to_noise(made: Format, words: str) -> float | None:
    """What `comparing` has found of a format, in dB; None where there is no noise, or no sound."""
    levels = [_last(_numbers(rf"\[astats@{of}{_OF}RMS level dB: {_NUMBER}", words)) for of in (made.rate, made.code)]
    said, noise = levels
    return None if said is None or noise is None else said - noise


def _said(rate: int, numbers: Sequence[int]) -> str:
    """The master at a rate, upside down, once to be measured, and once for each format that has it."""
    said = [f"said{rate}", *(f"said{number}" for number in numbers)]
    turned = f"[master{rate}]aresample={rate},{FLOATS},pan=mono|c0=-1*c0"
    return f"{_split(turned, said)};[said{rate}]{_rms(str(rate))}"


def _difference(number: int, made: Format, source: str) -> str:
    return (
        f"{source},{FLOATS},asplit[wav{number}][heard{number}];"
        f"[heard{number}]{_in_time(made.delay_samples)},aresample={made.rate},{FLOATS}[in_time{number}];"
        f"[said{number}][in_time{number}]amix=normalize=0:duration=shortest,{_rms(made.code)}"
    )


def _in_time(delay: int) -> str:
    """So many samples earlier, or later."""
    return f"adelay={-delay}S" if delay < 0 else f"atrim=start_sample={delay},asetpts=PTS-STARTPTS"


def _split(filters: str, pads: Sequence[str]) -> str:
    return f"{filters},asplit={len(pads)}" + "".join(f"[{each}]" for each in pads)


def _rms(name: str) -> str:
    return f"astats@{name}=measure_overall=none:measure_perchannel=RMS_level,anullsink"


def _numbers(pattern: str, words: str) -> list[float]:
    return [float(number) for number in re.findall(pattern, words)]


def _last(numbers: Sequence[float]) -> float | None:
    """The last one, where it is neither infinite nor `nan`."""
    return numbers[-1] if numbers and math.isfinite(numbers[-1]) else None
