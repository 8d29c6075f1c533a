"""What has happened to conversions of announcement audio. The first outcome of each counts, and no later one.

So does the first file of each format: a worker that was thought dead may say again what another has said.
"""

from typing import Annotated, ClassVar, get_args

from pydantic import Field

from contracts.audio.conversions import (
    AnnouncementName,
    ConversionOptions,
    ConvertedFile,
    FailureCode,
    FormatCode,
    JobId,
    Report,
    SourceKind,
    StoredBytes,
)
from contracts.identifiers import AccountId, CompanyId
from contracts.models import WireModel


class ConversionEvent(WireModel):
    """Something that happened to one conversion."""

    job: JobId

    @property
    def subject(self) -> str:
        return f"conversions/{self.job}"


class AudioConversionRequested(ConversionEvent):
    """An account wants files for a box, made of a recording or of a sentence that lies at `source`.

    `repeats` is the conversion whose source is used again, `batch` what several were asked for in one request.
    """

    type: ClassVar[str] = "licensing.audio.conversion-requested.v1"
    account: AccountId
    company: CompanyId
    name: AnnouncementName
    kind: SourceKind
    source: StoredBytes
    formats: tuple[FormatCode, ...]
    options: ConversionOptions
    repeats: JobId | None = None
    batch: JobId | None = None


class AudioFileConverted(ConversionEvent):
    """One file was made, and lies where it says for a day, while others are still being made.

    Of each format the first record counts, and only before the outcome; a worker that begins again says it once more.
    """

    type: ClassVar[str] = "licensing.audio.file-converted.v1"
    file: ConvertedFile

    @property
    def subject(self) -> str:
        return f"conversions/{self.job}/files/{self.file.format}"


class AudioConversionCompleted(ConversionEvent):
    """All files were made, and lie where it says for a day. `peaks` is the waveform."""

    type: ClassVar[str] = "licensing.audio.conversion-completed.v1"
    report: Report
    files: tuple[ConvertedFile, ...]
    peaks: StoredBytes


class AudioConversionFailed(ConversionEvent):
    """No further file is made, and trying again would change nothing."""

    type: ClassVar[str] = "licensing.audio.conversion-failed.v1"
    code: FailureCode
    reason: Annotated[str, Field(max_length=300, pattern=r"^[ -~]*$")]


class AudioConversionDeleted(ConversionEvent):
    """Whoever asked for the conversion took it away, with all its files."""

    type: ClassVar[str] = "licensing.audio.conversion-deleted.v1"


AudioEvent = (
    AudioConversionRequested
    | AudioFileConverted
    | AudioConversionCompleted
    | AudioConversionFailed
    | AudioConversionDeleted
)

EVENT_TYPES: dict[str, type[AudioEvent]] = {model.type: model for model in get_args(AudioEvent)}
"""Every event type of `audio.events`, by its wire name."""
