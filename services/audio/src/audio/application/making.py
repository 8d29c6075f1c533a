"""From a request to its files in the store: what a worker does with one conversion, in a folder that is then gone."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from audio.application.conversion import Conversion, Done, MadeFile
from audio.application.keeping import Store
from audio.application.ports import Measured, SpeechEngine, Transcoder
from audio.application.sentences import Sentence
from audio.application.speaking import speak
from audio.domain.formats import formats_of
from audio.domain.options import Loudness, Options
from audio.domain.waveform import Shape, peaks
from contracts.audio.conversions import (
    ConversionOptions,
    ConvertedFile,
    Levels,
    Report,
    StoredBytes,
)
from contracts.audio.events import AudioConversionCompleted, AudioConversionRequested

Ready = Callable[[ConvertedFile], Awaitable[None]]
"""Told of each file as soon as it is kept."""


@dataclass(frozen=True, slots=True)
class Maker:
    """`folder` is where each conversion has its own folder for as long as it takes."""

    transcoder: Transcoder
    engines: Mapping[str, SpeechEngine]
    store: Store
    folder: Path

    async def make(self, request: AudioConversionRequested, ready: Ready) -> AudioConversionCompleted:
        """All files, kept one by one; raises AudioRefused, ProgramFailed, BlobMissing, or Trouble."""
        kept = dict[str, ConvertedFile]()

        async def keep(made: MadeFile) -> None:
            kept[made.format.code] = file = await self._keep(request.job, made)
            await ready(file)

        with TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            recording = await self._recording(request, folder)
            formats = formats_of(request.formats)
            done = await Conversion(self.transcoder, folder).convert(
                recording, name=request.name, formats=formats, options=options_of(request.options), ready=keep
            )
            shape = await self._keep_shape(request.job, done.shape, folder)
            files = tuple(kept[each.code] for each in formats)
            return AudioConversionCompleted(job=request.job, report=report_of(done), files=files, peaks=shape)

    async def _recording(self, request: AudioConversionRequested, folder: Path) -> Path:
        source = folder / "source"
        await self._fetch(request.source, source)
        if request.kind == "recording":
            return source
        said = Sentence.model_validate_json(await asyncio.to_thread(source.read_bytes))
        return await speak(
            self.engines, said.text, voice=said.voice, words_per_minute=said.words_per_minute, folder=folder
        )

    async def _fetch(self, stored: StoredBytes, into: Path) -> None:
        with into.open("wb") as file:
            async for piece in self.store.blobs.read(stored.place):
                file.write(piece)

    async def _keep(self, job: str, made: MadeFile) -> ConvertedFile:
        file = await self._stored(job, made.file)
        heard = await self._stored(job, made.heard)
        return ConvertedFile(
            format=made.format.code,
            name=made.file.name,
            file=file,
            heard=heard,
            milliseconds=round(made.seconds * 1000),
            signal_to_noise=hundredths(made.signal_to_noise),
            warnings=made.warnings,
        )

    async def _keep_shape(self, job: str, shape: Shape, folder: Path) -> StoredBytes:
        pairs = [[round(low, 4), round(high, 4)] for low, high in peaks(shape)]
        file = folder / "peaks.json"
        await asyncio.to_thread(file.write_text, json.dumps(pairs))
        return await self._stored(job, file)

    async def _stored(self, job: str, path: Path) -> StoredBytes:
        stored = await asyncio.to_thread(stored_bytes, job, path)
        await self.store.put_file(job, stored, path)
        return stored


def stored_bytes(job: str, path: Path) -> StoredBytes:
    """Where a file's bytes lie: a place that names their digest stands for the same bytes always."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredBytes(place=f"audio/{job}/{digest[:16]}-{path.name}", size=path.stat().st_size, sha256=digest)


def options_of(said: ConversionOptions) -> Options:
    """As the domain has them."""
    wanted = said.loudness
    return Options(
        loudness=None if wanted is None else Loudness(wanted.target / 100, wanted.true_peak / 100),
        trim_silence=said.trim_silence,
        fade_milliseconds=said.fade_milliseconds,
        pause_milliseconds=said.pause_milliseconds,
        downmix=said.downmix,
    )


def report_of(done: Done) -> Report:
    """As the log has it."""
    return Report(
        container=done.source.container,
        codec=done.source.codec,
        rate=done.source.rate,
        channels=done.source.channels,
        read=round(done.seconds_read * 1000),
        trimmed=round(done.seconds_trimmed * 1000),
        made=round(done.seconds_made * 1000),
        before=_levels(done.before),
        after=_levels(done.after),
        gain=round(done.gain_decibels * 100),
        warnings=done.warnings,
    )


def _levels(measured: Measured) -> Levels:
    return Levels(integrated=hundredths(measured.integrated), true_peak=hundredths(measured.true_peak))


def hundredths(level: float | None) -> int | None:
    """A level as the log has it."""
    return None if level is None else round(level * 100)
