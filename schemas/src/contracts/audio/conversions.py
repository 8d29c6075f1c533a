"""What a conversion of announcement audio is made of. Audio itself is in no event: only sizes, lengths and digests.

Times are whole milliseconds, levels hundredths of a decibel: no bytes depend on how a float prints.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.identifiers import Sha256
from contracts.models import WireModel

JOB_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

JobId = Annotated[str, Field(pattern=JOB_PATTERN, description="Opaque id of a conversion; the key of its records.")]
AnnouncementName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="What the files are called.", examples=["welcome"]),
]
FormatCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$", description="A format, such as g711a.")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,90}[.][a-z0-9]{1,8}$")]
Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9./_-]{1,200}$", description="Where bytes lie, for a day.")]
Bytes = Annotated[int, Field(ge=0, le=2**31 - 1)]
Milliseconds = Annotated[int, Field(ge=0, le=10_000_000)]
Hundredths = Annotated[int, Field(ge=-100_000, le=100_000, description="Hundredths of a decibel, LUFS or dBTP.")]
WarningCode = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
FailureCode = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="Why, for programs.")]
Downmix = Literal["mix", "left", "right"]
SourceKind = Literal["recording", "sentence"]


class StoredBytes(WireModel):
    """Bytes that lie beside the log for a day."""

    place: Place
    size: Bytes
    sha256: Sha256


class Loudness(WireModel):
    """What loudness is evened to, by EBU R128, and the true peak that nothing exceeds."""

    target: Hundredths
    true_peak: Hundredths


class ConversionOptions(WireModel):
    """What is done to a recording before it is encoded; without `loudness` that is left alone."""

    loudness: Loudness | None = None
    trim_silence: bool
    fade_milliseconds: Milliseconds
    pause_milliseconds: Milliseconds
    downmix: Downmix


class Levels(WireModel):
    """How loud a sound is; absent where less than 400 ms or only silence was there to measure."""

    integrated: Hundredths | None = None
    true_peak: Hundredths | None = None


class Report(WireModel):
    """What the recording was, and what was done with it."""

    container: Annotated[str, Field(pattern=r"^[a-z0-9]{1,16}$")]
    codec: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    rate: Annotated[int, Field(ge=1, le=1_000_000)]
    channels: Annotated[int, Field(ge=1, le=64)]
    read: Milliseconds
    trimmed: Milliseconds
    made: Milliseconds
    before: Levels
    after: Levels
    gain: Hundredths
    warnings: tuple[WarningCode, ...]


class ConvertedFile(WireModel):
    """A file for a box, and what a box makes of it. `signal_to_noise` is absent where there is no noise at all."""

    format: FormatCode
    name: FileName
    file: StoredBytes
    heard: StoredBytes
    milliseconds: Milliseconds
    signal_to_noise: Hundredths | None = None
    warnings: tuple[WarningCode, ...]
