"""From a recording to files that a box plays, with what was done and what each file is worth."""

import asyncio
import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from audio.application.ports import Coded, Edit, Measured, Transcoder
from audio.domain.containers import container_of
from audio.domain.formats import Format
from audio.domain.names import announcement_name, file_names
from audio.domain.options import Loudness, Options
from audio.domain.refusals import AudioRefused
from audio.domain.sources import MASTER_RATE, MAX_SECONDS, Source
from audio.domain.warnings import CLIPPED_SAMPLES, LOUDNESS_TOLERANCE, SILENT_PEAK, AudioWarning, format_warnings
from audio.domain.waveform import WINDOW_SAMPLES, Shape, Span, shape_of, sounding

_FLOAT_BYTES = 4
_LEVELLING_ROUNDS = 4
"""A limiter takes loudness from what it limits; three more rounds give it back, or it can't be had."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the recording on its way. Levels are LUFS and dBTP, `before` without any change."""

    source: Source
    seconds_read: float
    seconds_trimmed: float
    seconds_made: float
    before: Measured
    after: Measured
    gain_decibels: float
    shape_read: Shape
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
    sha256: str
    signal_to_noise: float | None
    warnings: tuple[AudioWarning, ...]


@dataclass(frozen=True, slots=True)
class _Levelled:
    master: Path
    gain: float
    measured: Measured


class Conversion:
    """One recording in a folder of its own, which is the caller's to make and to remove."""

    def __init__(self, transcoder: Transcoder, folder: Path) -> None:
        self._transcoder = transcoder
        self._folder = folder

    async def convert(
        self, recording: Path, *, name: str, formats: Sequence[Format], options: Options
    ) -> tuple[Done, list[MadeFile]]:
        """All files, or none; raises AudioRefused and ProgramFailed. The recording lies in the folder."""
        announcement_name(name)
        self._all_can_be_made(formats)
        master, done = await self._prepared(recording, options)
        return done, await self._all_made(master, file_names(name, formats), formats, done) if formats else []

    def _all_can_be_made(self, formats: Sequence[Format]) -> None:
        if missing := [each for each in formats if not self._transcoder.makes(each)]:
            raise AudioRefused("format_unavailable", f"This installation can't make {missing[0].title}.")

    async def _prepared(self, recording: Path, options: Options) -> tuple[Path, Done]:
        """The master that all formats are made of."""
        raw, edited = self._folder / "raw.f32", self._folder / "edited.f32"
        with recording.open("rb") as file:
            container = container_of(file)
        source = await self._transcoder.probe(recording, container)
        whole = await self._transcoder.decode(recording, source, downmix=options.downmix, master=raw)
        shape = await asyncio.to_thread(_shape, raw)
        _has_length_within_bounds(shape)
        edit = _edit(shape, options)
        before, now = await self._transcoder.edit(raw, edit, edited)
        levelled = await self._levelled(_Levelled(edited, 0.0, now), options.loudness)
        done = Done(
            source=source,
            seconds_read=shape.samples / MASTER_RATE,
            seconds_trimmed=(shape.samples - edit.keep.samples) / MASTER_RATE,
            seconds_made=edit.samples / MASTER_RATE,
            before=before,
            after=levelled.measured,
            gain_decibels=levelled.gain,
            shape_read=shape,
            shape=await asyncio.to_thread(_shape, levelled.master),
            warnings=(),
        )
        return levelled.master, replace(done, warnings=_warnings(shape, done, options.loudness, whole=whole))

    async def _levelled(self, edited: _Levelled, wanted: Loudness | None) -> _Levelled:
        """Amplify until it measures right: what is too short or too quiet to be measured stays as it is."""
        now, reached = edited.measured, edited
        if wanted is None or now.integrated is None:
            return reached
        gain, ceiling = wanted.target - now.integrated, wanted.true_peak - 0.1
        for round_number in range(_LEVELLING_ROUNDS):
            louder = self._folder / f"level{round_number % 2}.f32"
            measured = await self._transcoder.amplify(edited.master, decibels=gain, ceiling=ceiling, louder=louder)
            reached = _Levelled(louder, gain, measured)
            too_quiet, too_high = _off(reached.measured, wanted)
            if abs(too_quiet) <= LOUDNESS_TOLERANCE / 2 and too_high <= 0:
                break
            gain, ceiling = gain + too_quiet, ceiling - max(too_high, 0.0)
        return reached

    async def _all_made(
        self, master: Path, names: Mapping[str, str], formats: Sequence[Format], done: Done
    ) -> list[MadeFile]:
        """One run of each program makes all formats: to start it takes as long as to encode ten seconds."""
        coded = [
            Coded(made, self._folder / names[made.code], self._folder / f"{made.code}.heard.wav") for made in formats
        ]
        await self._transcoder.encode(master, {one.format: one.file for one in coded})
        ratios = await self._transcoder.decode_back(master, coded)
        return [await self._made(one, ratio, done) for one, ratio in zip(coded, ratios, strict=True)]

    async def _made(self, coded: Coded, signal_to_noise: float | None, done: Done) -> MadeFile:
        made, file, level = coded.format, coded.file, done.after
        warnings = format_warnings(made, seconds=done.seconds_made, level=level.mean, level_above=level.mean_above)
        return MadeFile(
            format=made,
            file=file,
            heard=coded.heard,
            size=file.stat().st_size,
            seconds=(coded.heard.stat().st_size - 44) / 2 / made.rate,
            sha256=await asyncio.to_thread(_digest, file),
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


def _warnings(read: Shape, done: Done, wanted: Loudness | None, *, whole: bool) -> tuple[AudioWarning, ...]:
    off = _off(done.after, wanted)[0] if wanted else 0.0
    found: dict[AudioWarning, bool] = {
        "source_damaged": not whole,
        "clipping": max(read.clipped, done.shape.clipped) > CLIPPED_SAMPLES,
        "silence": read.peak < SILENT_PEAK,
        "loudness_not_reached": abs(off) > LOUDNESS_TOLERANCE,
    }
    return tuple(warning for warning, is_so in found.items() if is_so)


def _shape(master: Path) -> Shape:
    return shape_of(_windows(master))


def _windows(master: Path) -> Iterator["array[float]"]:
    """The master a window at a time. Its byte order is that of the machines that we run on."""
    with master.open("rb", buffering=1024 * 1024) as file:
        while piece := file.read(WINDOW_SAMPLES * _FLOAT_BYTES):
            yield array("f", piece)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
