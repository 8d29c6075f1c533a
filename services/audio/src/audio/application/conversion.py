"""From a recording to files that a box plays, with what was done and what each file is worth."""

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audio.application.ports import Coded, Edit, Gain, Master, Measured, Transcoder
from audio.domain.containers import container_of
from audio.domain.formats import Format, in_turn
from audio.domain.names import announcement_name, file_names
from audio.domain.options import Loudness, Options
from audio.domain.refusals import AudioRefused
from audio.domain.sources import MASTER_RATE, MAX_SECONDS, Source
from audio.domain.warnings import CLIPPED_SAMPLES, LOUDNESS_TOLERANCE, SILENT_PEAK, AudioWarning, format_warnings
from audio.domain.waveform import WINDOW_SAMPLES, Shape, Span, shape_of, sounding

_FLOAT_BYTES = 4
_LEVELLING_ROUNDS = 4
"""A limiter takes loudness from what it limits; three more rounds give it back, or it can't be had."""
_NEAR_ENOUGH = LOUDNESS_TOLERANCE - 0.05
"""LU; a round costs as much as half a minute of sound in all quick formats, and readings come in tenths."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the recording on its way. Levels are LUFS and dBTP; `before` and `shape` are of what was read."""

    source: Source
    seconds_read: float
    seconds_trimmed: float
    seconds_made: float
    before: Measured
    after: Measured
    gain_decibels: float
    shape: Shape
    warnings: tuple[AudioWarning, ...]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file for a box, and how it sounds there. The signal-to-noise is in dB, None where there is no noise at all."""

    format: Format
    file: Path
    heard: Path
    size: int
    seconds: float
    signal_to_noise: float | None
    warnings: tuple[AudioWarning, ...]


Mastering = Callable[[Gain | None], Awaitable[Measured]]
"""Makes the master so much louder, and says how loud it is then."""
Ready = Callable[[MadeFile], Awaitable[None]]
"""Told of each file as soon as it is made; it lies there until the conversion ends."""


class Conversion:
    """One recording in a folder of its own, which is the caller's to make and to remove."""

    def __init__(self, transcoder: Transcoder, folder: Path) -> None:
        self._transcoder = transcoder
        self._folder = folder

    async def convert(
        self, recording: Path, *, name: str, formats: Sequence[Format], options: Options, ready: Ready
    ) -> Done:
        """All files, one after the other; raises AudioRefused and ProgramFailed. The recording lies in the folder."""
        announcement_name(name)
        self._all_can_be_made(formats)
        master, done = await self._prepared(recording, options)
        names = file_names(name, formats)
        coded = [[self._coded(each, names) for each in group] for group in in_turn(formats)]
        for first in coded[:1]:
            await self._make(master, first, done, ready)
        await _side_by_side(self._make(master, group, done, ready) for group in coded[1:])
        return done

    def _coded(self, made: Format, names: Mapping[str, str]) -> Coded:
        return Coded(made, self._folder / names[made.code], self._folder / f"{made.code}.heard.wav")

    def _all_can_be_made(self, formats: Sequence[Format]) -> None:
        if missing := [each for each in formats if not self._transcoder.makes(each)]:
            raise AudioRefused("format_unavailable", f"This installation can't make {missing[0].title}.")

    async def _prepared(self, recording: Path, options: Options) -> tuple[Master, Done]:
        """The master that all formats are made of."""
        raw, master = self._folder / "raw.f32", Master(self._folder / "master.f32", self._folder / "master.s16")
        with recording.open("rb") as file:
            container = container_of(file)
        source = await self._transcoder.probe(recording, container)
        decoded = await self._transcoder.decode(recording, source, downmix=options.downmix, raw=raw)
        shape = await asyncio.to_thread(_shape, raw)
        _has_length_within_bounds(shape)
        edit = _edit(shape, options)
        after, gain = await _levelled(
            lambda gain: self._transcoder.master(raw, edit, gain, master), decoded.measured, options.loudness
        )
        done = Done(
            source=source,
            seconds_read=shape.samples / MASTER_RATE,
            seconds_trimmed=(shape.samples - edit.keep.samples) / MASTER_RATE,
            seconds_made=edit.samples / MASTER_RATE,
            before=decoded.measured,
            after=after,
            gain_decibels=gain,
            shape=shape,
            warnings=(),
        )
        return master, replace(done, warnings=_warnings(done, options.loudness, whole=decoded.whole))

    async def _make(self, master: Master, group: Sequence[Coded], done: Done, ready: Ready) -> None:
        await self._transcoder.encode(master, {one.format: one.file for one in group})
        ratios = await self._transcoder.decode_back(master, group)
        for one, ratio in zip(group, ratios, strict=True):
            await ready(_made(one, ratio, done))


async def _levelled(make: Mastering, before: Measured, wanted: Loudness | None) -> tuple[Measured, float]:
    """Amplify until it measures right: what is too short or too quiet to be measured stays as it is."""
    if wanted is not None and before.integrated is not None and before.true_peak is not None:
        first = Gain(wanted.target - before.integrated, wanted.true_peak - 0.1, before.true_peak)
        after, gain = await _amplified(make, first, wanted, _LEVELLING_ROUNDS)
        if after.integrated is not None:
            return after, gain
    return await make(None), 0.0


async def _amplified(make: Mastering, gain: Gain, wanted: Loudness, rounds: int) -> tuple[Measured, float]:
    after = await make(gain)
    too_quiet, too_high = _off(after, wanted)
    if rounds == 1 or (abs(too_quiet) <= _NEAR_ENOUGH and too_high <= 0):
        return after, gain.decibels
    louder = replace(gain, decibels=gain.decibels + too_quiet, ceiling=gain.ceiling - max(too_high, 0.0))
    return await _amplified(make, louder, wanted, rounds - 1)


async def _side_by_side(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it; the first part that fails ends the others, and is what is raised."""
    try:
        async with asyncio.TaskGroup() as parts:
            for part in work:
                parts.create_task(part)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _made(coded: Coded, signal_to_noise: float | None, done: Done) -> MadeFile:
    made, file, level = coded.format, coded.file, done.after
    warnings = format_warnings(made, seconds=done.seconds_made, level=level.mean, level_above=level.mean_above)
    return MadeFile(
        format=made,
        file=file,
        heard=coded.heard,
        size=file.stat().st_size,
        seconds=(coded.heard.stat().st_size - 44) / 2 / made.rate,
        signal_to_noise=signal_to_noise,
        warnings=tuple(warnings),
    )


def _off(measured: Measured, wanted: Loudness) -> tuple[float, float]:
    """How much louder it has to be in LU, and how far its true peak is above the limit in dB."""
    if measured.integrated is None or measured.true_peak is None:
        return 0.0, 0.0
    return wanted.target - measured.integrated, measured.true_peak - wanted.true_peak


def _has_length_within_bounds(shape: Shape) -> None:
    if shape.samples == 0:
        raise AudioRefused("audio_silent_empty", "There is not a single sample in the recording.")
    if shape.samples > MAX_SECONDS * MASTER_RATE:
        raise AudioRefused("audio_too_long", f"A recording has at most {MAX_SECONDS} seconds.")


def _edit(shape: Shape, options: Options) -> Edit:
    keep = sounding(shape) if options.trim_silence else Span(0, shape.samples)
    return Edit(keep, _samples(options.fade_milliseconds), _samples(options.pause_milliseconds))


def _samples(milliseconds: int) -> int:
    return milliseconds * MASTER_RATE // 1000


def _warnings(done: Done, wanted: Loudness | None, *, whole: bool) -> tuple[AudioWarning, ...]:
    off = _off(done.after, wanted)[0] if wanted else 0.0
    found: dict[AudioWarning, bool] = {
        "source_damaged": not whole,
        "clipping": done.shape.clipped > CLIPPED_SAMPLES,
        "silence": done.shape.peak < SILENT_PEAK,
        "loudness_not_reached": abs(off) > LOUDNESS_TOLERANCE,
    }
    return tuple(warning for warning, is_so in found.items() if is_so)


def _shape(raw: Path) -> Shape:
    return shape_of(_windows(raw))


def _windows(raw: Path) -> Iterator["array[float]"]:
    """Sound a window at a time. Its byte order is that of the machines that we run on."""
    with raw.open("rb", buffering=1024 * 1024) as file:
        while piece := file.read(WINDOW_SAMPLES * _FLOAT_BYTES):
            yield array("f", piece)
