"""The API's operations and what they take and give. Made from its OpenAPI description by `make generate`."""

# ruff: noqa: E501  # sentences are the API's
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from licensing_client.transport import Transport, given, segment


class BatchView(TypedDict):
    """What was asked for in one request; `done` once none of its conversions waits."""

    batch: str
    state: Literal["waiting", "done"]
    items: list[ConversionView]


class ConversionView(TypedDict):
    """A conversion and what it has made so far. Each of `files` can be heard and taken while others are being made."""

    job: str
    name: str
    kind: Literal["recording", "sentence"]
    state: Literal["waiting", "running", "done", "failed"]
    formats: list[str]
    options: OptionsView
    requested: str
    repeats: str | None
    batch: str | None
    ended: str | None
    files_until: str | None
    report: ReportView | None
    files: list[FileView]
    failure: FailureView | None


class DeletedView(TypedDict):
    """A conversion that is gone with its files."""

    job: str


class FailureView(TypedDict):
    """Why there are no files, or not all."""

    code: str
    reason: str


class FileView(TypedDict):
    """A file for a box. `signal_to_noise` is in dB against what was encoded, null where there is no noise at all."""

    format: str
    name: str
    size: int
    seconds: float
    sha256: str
    signal_to_noise: float | None
    warnings: list[str]


class FormatView(TypedDict):
    """A kind of file. `available` says whether this installation makes it."""

    code: str
    title: str
    extension: str
    rate: int
    bit_rate: int
    available: bool
    usual: bool
    made_by: str
    licence: str


class FormatsView(TypedDict):
    """All formats."""

    items: list[FormatView]


class LevelsView(TypedDict):
    """LUFS and dBTP; null where less than 400 ms or only silence was there to measure."""

    integrated: float | None
    true_peak: float | None


class LoudnessView(TypedDict):
    """EBU R128: LUFS of the whole, and dBTP that nothing exceeds."""

    target: float
    true_peak: float


class OptionsView(TypedDict):
    """What was asked for; without `loudness` that was left alone."""

    loudness: LoudnessView | None
    trim_silence: bool
    fade_milliseconds: int
    pause_milliseconds: int
    downmix: str


class ConversionViewPage(TypedDict):
    items: list[ConversionView]
    next: str | None


class ReportView(TypedDict):
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


class VoiceView(TypedDict):
    """Somebody who speaks a language."""

    name: str
    language: str
    engine: str
    rate: int
    licence: str


class VoicesView(TypedDict):
    """All voices of this installation, by language."""

    items: list[VoiceView]


class WaveformView(TypedDict):
    """The sound of the recording, from its beginning to its end."""

    seconds: float
    peaks: list[list[Any]]


class ProblemBody(TypedDict):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str]
    rule: NotRequired[str]


class AudioOperations(Transport):
    """One method for each operation."""

    def convert_recording(
        self,
        document: bytes,
        *,
        name: str,
        even_loudness: bool | None = None,
        loudness: float | None = None,
        true_peak: float | None = None,
        trim_silence: bool | None = None,
        fade_milliseconds: int | None = None,
        pause_milliseconds: int | None = None,
        downmix: Literal["mix", "left", "right"] | None = None,
        formats: str | None = None,
        idempotency_key: str | None = None,
    ) -> ConversionView:
        """Convert the recording that is the body, at most 20 MiB and ten minutes, to files for a box.

        WAV, MP3, FLAC, OGG, M4A, AAC or WebM: what it is, is told by its content. The answer comes before the files; ask
        for the conversion until it is `done` or `failed`, and take each file as soon as it is listed. Files and recording
        are kept for 24 hours.
        """
        return cast(
            "ConversionView",
            self.post_document(
                "/v1/audio/conversions",
                document,
                given(
                    even_loudness=even_loudness,
                    loudness=loudness,
                    true_peak=true_peak,
                    trim_silence=trim_silence,
                    fade_milliseconds=fade_milliseconds,
                    pause_milliseconds=pause_milliseconds,
                    downmix=downmix,
                    name=name,
                    formats=formats,
                ),
                key=idempotency_key,
            ),
        )

    def list_conversions(self, *, cursor: str | None = None, limit: int | None = None) -> ConversionViewPage:
        """The caller's own conversions, newest first."""
        return cast("ConversionViewPage", self.get("/v1/audio/conversions", **given(cursor=cursor, limit=limit)))

    def speak_announcement(
        self,
        *,
        text: str,
        voice: str,
        name: str,
        even_loudness: bool | None = None,
        loudness: float | None = None,
        true_peak: float | None = None,
        trim_silence: bool | None = None,
        fade_milliseconds: int | None = None,
        pause_milliseconds: int | None = None,
        downmix: Literal["mix", "left", "right"] | None = None,
        words_per_minute: int | None = None,
        formats: list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> ConversionView:
        """Let a sentence be spoken, and convert that to files for a box; it is a conversion like any other.

        The text is plain, or SSML with `break`, `say-as`, `p` and `s`.
        """
        return cast(
            "ConversionView",
            self.post(
                "/v1/audio/announcements",
                given(
                    even_loudness=even_loudness,
                    loudness=loudness,
                    true_peak=true_peak,
                    trim_silence=trim_silence,
                    fade_milliseconds=fade_milliseconds,
                    pause_milliseconds=pause_milliseconds,
                    downmix=downmix,
                    text=text,
                    voice=voice,
                    words_per_minute=words_per_minute,
                    name=name,
                    formats=formats,
                ),
                key=idempotency_key,
            ),
        )

    def get_conversion(self, job: str) -> ConversionView:
        """A conversion: how far it is, and what it made."""
        return cast("ConversionView", self.get(f"/v1/audio/conversions/{segment(job)}", **given()))

    def delete_conversion(self, job: str, *, idempotency_key: str | None = None) -> DeletedView:
        """Take a conversion away with its files, and its recording unless a repetition still needs that."""
        return cast(
            "DeletedView",
            self.post(f"/v1/audio/conversions/{segment(job)}", given(), key=idempotency_key, method="DELETE"),
        )

    def repeat_conversion(
        self,
        job: str,
        *,
        name: str,
        even_loudness: bool | None = None,
        loudness: float | None = None,
        true_peak: float | None = None,
        trim_silence: bool | None = None,
        fade_milliseconds: int | None = None,
        pause_milliseconds: int | None = None,
        downmix: Literal["mix", "left", "right"] | None = None,
        formats: list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> ConversionView:
        """Convert the same recording or sentence with other options, without uploading it again, as long as it is kept."""
        return cast(
            "ConversionView",
            self.post(
                f"/v1/audio/conversions/{segment(job)}/repetitions",
                given(
                    even_loudness=even_loudness,
                    loudness=loudness,
                    true_peak=true_peak,
                    trim_silence=trim_silence,
                    fade_milliseconds=fade_milliseconds,
                    pause_milliseconds=pause_milliseconds,
                    downmix=downmix,
                    name=name,
                    formats=formats,
                ),
                key=idempotency_key,
            ),
        )

    def get_converted_files(self, job: str) -> bytes:
        """All files of the conversion in one ZIP archive, by the names that boxes want."""
        return self.get_document(f"/v1/audio/conversions/{segment(job)}/files", **given())

    def get_converted_file(self, job: str, format_code: str) -> bytes:
        """A file as a box takes it, as soon as it is made. `ETag` and `Repr-Digest` are its SHA-256."""
        return self.get_document(f"/v1/audio/conversions/{segment(job)}/files/{segment(format_code)}", **given())

    def get_preview(self, job: str, format_code: str) -> bytes:
        """The file decoded back to WAV: what is heard at the telephone."""
        return self.get_document(
            f"/v1/audio/conversions/{segment(job)}/files/{segment(format_code)}/preview", **given()
        )

    def get_waveform(self, job: str) -> WaveformView:
        """The waveform of what was uploaded or spoken, in at most 800 stretches."""
        return cast("WaveformView", self.get(f"/v1/audio/conversions/{segment(job)}/waveform", **given()))

    def get_waveform_picture(self, job: str) -> bytes:
        """The waveform as a picture, in the colour of the text around it."""
        return self.get_document(f"/v1/audio/conversions/{segment(job)}/waveform.svg", **given())

    def convert_batch(
        self,
        document: bytes,
        *,
        even_loudness: bool | None = None,
        loudness: float | None = None,
        true_peak: float | None = None,
        trim_silence: bool | None = None,
        fade_milliseconds: int | None = None,
        pause_milliseconds: int | None = None,
        downmix: Literal["mix", "left", "right"] | None = None,
        voice: str | None = None,
        words_per_minute: int | None = None,
        formats: str | None = None,
        idempotency_key: str | None = None,
    ) -> BatchView:
        """Convert up to 100 announcements: a ZIP archive of recordings, or a table in CSV, at most 100 MiB.

        An announcement is called as its file. The table is UTF-8 with the first line `name,sentence`; `voice` speaks it.
        Either all are asked for, or none; where a bound of the company is reached on the way, the same key goes on later.
        """
        return cast(
            "BatchView",
            self.post_document(
                "/v1/audio/batches",
                document,
                given(
                    even_loudness=even_loudness,
                    loudness=loudness,
                    true_peak=true_peak,
                    trim_silence=trim_silence,
                    fade_milliseconds=fade_milliseconds,
                    pause_milliseconds=pause_milliseconds,
                    downmix=downmix,
                    voice=voice,
                    words_per_minute=words_per_minute,
                    formats=formats,
                ),
                key=idempotency_key,
            ),
        )

    def get_batch(self, batch: str) -> BatchView:
        """How far the conversions of a batch are."""
        return cast("BatchView", self.get(f"/v1/audio/batches/{segment(batch)}", **given()))

    def get_batch_files(self, batch: str) -> bytes:
        """All files of all conversions of the batch that are done, once none waits."""
        return self.get_document(f"/v1/audio/batches/{segment(batch)}/files", **given())

    def list_formats(self) -> FormatsView:
        """All formats, whether this installation makes them, and by which program or library under which licence."""
        return cast("FormatsView", self.get("/v1/audio/formats", **given()))

    def list_voices(self) -> VoicesView:
        """Who speaks here, by language, each with the program that speaks and its licence."""
        return cast("VoicesView", self.get("/v1/audio/voices", **given()))
