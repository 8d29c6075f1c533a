"""What an account sees of its conversions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from audio.application.keeping import KEPT_HOURS
from contracts.audio.conversions import ConversionOptions, ConvertedFile, Levels, Report, SourceKind
from contracts.audio.events import AudioConversionFailed, AudioConversionRequested

State = Annotated[
    Literal["waiting", "running", "done", "failed"],
    Field(description="`running` from the first file on; `done` and `failed` are the end."),
]
Decibels = float | None


class LoudnessView(BaseModel):
    """EBU R128: LUFS of the whole, and dBTP that nothing exceeds."""

    target: float
    true_peak: float


class OptionsView(BaseModel):
    """What was asked for; without `loudness` that was left alone."""

    loudness: LoudnessView | None
    trim_silence: bool
    fade_milliseconds: int
    pause_milliseconds: int
    downmix: str


class LevelsView(BaseModel):
    """LUFS and dBTP; null where less than 400 ms or only silence was there to measure."""

    integrated: Decibels
    true_peak: Decibels


class ReportView(BaseModel):
    """What the recording was, and what was done with it."""

    container: str
    codec: str
    rate: int
    channels: int
    seconds_read: float
    seconds_trimmed: float
    seconds_made: float
    before: LevelsView
    after: LevelsView
    gain: float
    warnings: list[str]


class FileView(BaseModel):
    """A file for a box. `signal_to_noise` is in dB against what was encoded, null where there is no noise at all."""

    format: str
    name: str
    size: int
    seconds: float
    sha256: str
    signal_to_noise: Decibels
    warnings: list[str]


class FailureView(BaseModel):
    """Why there are no files, or not all."""

    code: str
    reason: str


class ConversionView(BaseModel):
    """A conversion and what it has made so far. Each of `files` can be heard and taken while others are being made."""

    job: str
    name: str
    kind: SourceKind
    state: State
    formats: list[str]
    options: OptionsView
    requested: datetime
    repeats: str | None
    batch: str | None
    ended: datetime | None
    files_until: Annotated[datetime | None, Field(description="A day after the end; absent before.")]
    report: ReportView | None
    files: list[FileView]
    failure: FailureView | None


def waiting_view(request: AudioConversionRequested, requested: datetime) -> ConversionView:
    """A conversion without outcome."""
    return conversion_view(request, "waiting", requested)


def conversion_view(
    request: AudioConversionRequested,
    state: State,
    requested: datetime,
    *,
    ended: datetime | None = None,
    report: Report | None = None,
    files: Sequence[ConvertedFile] = (),
    failure: AudioConversionFailed | None = None,
) -> ConversionView:
    """What the events of a conversion come to."""
    return ConversionView(
        job=request.job,
        name=request.name,
        kind=request.kind,
        state=state,
        formats=list(request.formats),
        options=_options(request.options),
        requested=requested,
        repeats=request.repeats,
        batch=request.batch,
        ended=ended,
        files_until=ended + timedelta(hours=KEPT_HOURS) if ended and (report or files) else None,
        report=_report(report) if report else None,
        files=[_file(one) for one in files],
        failure=FailureView(code=failure.code, reason=failure.reason) if failure else None,
    )


def _options(said: ConversionOptions) -> OptionsView:
    wanted = said.loudness
    return OptionsView(
        loudness=LoudnessView(target=wanted.target / 100, true_peak=wanted.true_peak / 100) if wanted else None,
        trim_silence=said.trim_silence,
        fade_milliseconds=said.fade_milliseconds,
        pause_milliseconds=said.pause_milliseconds,
        downmix=said.downmix,
    )


def _report(said: Report) -> ReportView:
    return ReportView(
        container=said.container,
        codec=said.codec,
        rate=said.rate,
        channels=said.channels,
        seconds_read=said.read / 1000,
        seconds_trimmed=said.trimmed / 1000,
        seconds_made=said.made / 1000,
        before=_levels(said.before),
        after=_levels(said.after),
        gain=said.gain / 100,
        warnings=list(said.warnings),
    )


def _levels(said: Levels) -> LevelsView:
    return LevelsView(integrated=_decibels(said.integrated), true_peak=_decibels(said.true_peak))


def _file(said: ConvertedFile) -> FileView:
    return FileView(
        format=said.format,
        name=said.name,
        size=said.file.size,
        seconds=said.milliseconds / 1000,
        sha256=said.file.sha256,
        signal_to_noise=_decibels(said.signal_to_noise),
        warnings=list(said.warnings),
    )


def _decibels(hundredths: int | None) -> Decibels:
    return None if hundredths is None else hundredths / 100
