"""ffmpeg as the transcoder. What it may read is named each time: one file, one demuxer, the decoders of announcements.

Nothing in a recording can name another file or an address: the demuxer is ours to choose (no playlist, no concat), and
the only protocol is `file`, on a name without a path, in a folder of its own.
"""

import asyncio
import json
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from shutil import which
from typing import Literal

from audio.adapters.child import ChildOverran, Ended, Limits, run_child
from audio.adapters.measures import FLOATS, comparing, measured, measuring, signal_to_noise
from audio.application.ports import Coded, Decoded, Edit, Gain, Master, Measured, ProgramFailed
from audio.domain.containers import Container
from audio.domain.formats import Coder, Format
from audio.domain.g711 import Law, compressed
from audio.domain.options import Downmix
from audio.domain.refusals import AudioRefused
from audio.domain.sources import MASTER_RATE, MAX_SECONDS, NARROW_RATE, Source, within_bounds

_DEMUXERS: dict[Container, str] = {
    "wav": "wav",
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "ogg",
    "mp4": "mov",
    "webm": "matroska",
    "adts": "aac",
}
_DECODERS = (
    "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw,"
    "mp3float,mp3,flac,vorbis,opus,libopus,aac,"
    "png,mjpeg"  # covers, which are looked at while a file is opened, and never used
)
_ENCODING: dict[Coder, tuple[str, ...]] = {
    "g722": ("-c:a", "g722", "-f", "g722"),
    "g723_1": ("-c:a", "g723_1", "-f", "g723_1"),
    "g726": ("-c:a", "g726", "-f", "g726"),
    "g726le": ("-c:a", "g726le", "-f", "g726le"),
    "opus": ("-c:a", "libopus", "-application", "voip", "-f", "ogg"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav"),
}
_LIBOPUS = ("-c:a", "libopus")
"""Of the input that follows: what ffmpeg 5.1 decodes by itself of a pure tone at a low rate is noise at full scale.

A graph has no say in who decodes, so these files are inputs."""
_FILES_ONLY = ("-protocol_whitelist", "file")
"""Of the input that follows."""
_NARROW = ("-f", "s16le", "-ar", str(NARROW_RATE), "-ac", "1")
_WIDE = ("-f", "f32le", "-ar", str(MASTER_RATE), "-ac", "1")
_EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
"""No name and version of ffmpeg in what it writes."""
_FINITE = "aeval=exprs='if(isnan(val(0))+isinf(val(0)),0,val(0))'"
"""A float that is no number would spread over everything that is computed after it."""
_LIMITER_RATE = MASTER_RATE * 4
"""Where a peak between two samples shows as a sample."""
_TOO_MANY_SAMPLES = (MAX_SECONDS + 1) * MASTER_RATE
"""Nothing is decoded after them: trimmed at the output, all that follows would still be measured."""
_LAWS: dict[Coder, Law] = {"alaw": "alaw", "mulaw": "mulaw"}
_G726_AT_40: dict[Coder, Literal["high", "low"]] = {"g726_40": "high", "g726_40le": "low"}
"""Which bits come first. What ffmpeg makes at this rate is noise to other decoders, and theirs to ffmpeg."""
_ERROR = re.compile(r"^(?:\[[^]]* @ 0x[0-9a-f]+\] )?\[(?:error|fatal)\] (.*\S)", re.MULTILINE)
"""A line that says what is wrong with a recording."""
_PIECE_BYTES = 256 * 1024
_CHANNELS: dict[Downmix, str] = {"mix": "", "left": "pan=mono|c0=c0,", "right": "pan=mono|c0=c1,"}


class Ffmpeg:
    """The programs ffmpeg and ffprobe, and where they are installed two for what ffmpeg can't do.

    One makes G.729, which ffmpeg only decodes; the other makes and decodes G.726 at 40 kbit/s.
    """

    def __init__(
        self,
        *,
        g729_program: tuple[str, ...] | None = None,
        g726_program: tuple[str, ...] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._encoders: dict[Coder, tuple[str, ...]] = {}
        self._decoders: dict[Coder, tuple[str, ...]] = {}
        if g729_program is not None:
            self._encoders["g729"] = g729_program
        if g726_program is not None:
            for coder, order in _G726_AT_40.items():
                self._encoders[coder] = (*g726_program, "encode", order)
                self._decoders[coder] = (*g726_program, "decode", order)
        self._limits = limits or Limits()

    def makes(self, made: Format) -> bool:
        known = _ENCODING.keys() | _LAWS.keys() | self._encoders.keys()
        return which("ffmpeg") is not None and made.coder in known

    async def probe(self, recording: Path, container: Container) -> Source:
        shown = ("-show_entries", "stream=codec_name,sample_rate,channels", "-select_streams", "a:0", "-of", "json")
        command = ("ffprobe", "-hide_banner", "-v", "error", *_reading(container), *shown, *_input(recording))
        ended = await self._child(recording.parent, command)
        streams = _streams(ended.output) if ended.code == 0 else []
        if not streams:
            raise AudioRefused("audio_undecodable", _last_words(ended) or "No sound was found in the file.")
        first = streams[0]
        codec, rate, channels = str(first.get("codec_name")), _count(first, "sample_rate"), _count(first, "channels")
        return within_bounds(Source(container, codec, rate, channels))

    async def decode(self, recording: Path, source: Source, *, downmix: Downmix, raw: Path) -> Decoded:
        if downmix == "right" and source.channels == 1:
            downmix = "left"
        sound = f"[0:a:0]{_to_mono(source, downmix)},{FLOATS},atrim=end_sample={_TOO_MANY_SAMPLES}"
        graph = f"{sound},asplit[made][read];{measuring('before', 'read')}"
        command = (
            *(*_telling("level+info"), *_reading(_container(source)), *_decoder(source)),
            *_input(recording),
            *("-filter_complex", graph, "-map", "[made]", *_output(raw, _WIDE)),
        )
        ended = await self._child(recording.parent, command)
        errors = _ERROR.findall(ended.errors)
        if ended.code != 0 and _is_empty(raw):
            raise AudioRefused("audio_undecodable", errors[-1][:200] if errors else "It can't be decoded.")
        return Decoded(measured("before", ended.errors), whole=ended.code == 0 and not errors)

    async def master(self, raw: Path, edit: Edit, gain: Gain | None, master: Master) -> Measured:
        filters = ",".join((*_edited(edit), *(() if gain is None else _amplified(gain)), FLOATS))
        graph = f"[0:a]{filters},asplit=3[wide][narrow][heard];{measuring('after', 'heard')}"
        command = (*_telling("info"), *_FILES_ONLY, *_WIDE, *_input(raw), "-filter_complex", graph)
        wide, narrow = _output(master.wide, _WIDE), _output(master.narrow, _NARROW)
        return measured(
            "after", await self._run(raw.parent, (*command, "-map", "[wide]", *wide, "-map", "[narrow]", *narrow))
        )

    async def encode(self, master: Master, files: Mapping[Format, Path]) -> None:
        if missing := [made for made in files if not self.makes(made)]:
            raise AudioRefused("format_unavailable", f"This installation can't make {missing[0].title}.")
        by_itself = {made: file for made, file in files.items() if made.coder in _ENCODING}
        if by_itself:
            outputs = chain(*(_output(file, _encoding(made)) for made, file in by_itself.items()))
            await self._run(master.wide.parent, (*_plain(), *_FILES_ONLY, *_WIDE, *_input(master.wide), *outputs))
        for made in files.keys() - by_itself.keys():
            await self._of_samples(master.narrow, made, files[made])

    async def _of_samples(self, samples: Path, made: Format, file: Path) -> None:
        if made.coder in _LAWS:
            await asyncio.to_thread(_compress, samples, _LAWS[made.coder], file)
        else:
            await self._run(file.parent, (*self._encoders[made.coder], samples.name, file.name))

    async def decode_back(self, master: Master, coded: Sequence[Coded]) -> list[float | None]:
        readable = [await self._readable(one) for one in coded]
        words = await self._run(master.wide.parent, (*_telling("info"), *_decoding(master, readable)))
        return [signal_to_noise(one.format, words) for one in coded]

    async def _readable(self, coded: Coded) -> Coded:
        """The file as it is, or its samples where ffmpeg can't decode it."""
        if coded.format.coder not in _G726_AT_40:
            return coded
        samples = coded.heard.with_suffix(".s16")
        command = (*self._decoders[coded.format.coder], coded.file.name, samples.name)
        await self._run(samples.parent, command)
        return replace(coded, file=samples)

    async def _run(self, folder: Path, command: tuple[str, ...]) -> str:
        """What a program says that must not fail."""
        return _succeeded(await self._child(folder, command)).errors

    async def _child(self, folder: Path, command: tuple[str, ...]) -> Ended:
        try:
            return await run_child(command, folder, self._limits)
        except ChildOverran as overran:
            raise AudioRefused("audio_undecodable", f"Conversion took too long: {overran}.") from None


def _compress(samples: Path, law: Law, file: Path) -> None:
    with samples.open("rb") as source, file.open("wb") as made:
        while piece := source.read(_PIECE_BYTES):
            made.write(compressed(array("h", piece), law))


def _edited(edit: Edit) -> tuple[str, ...]:
    kept, fade = edit.keep.samples, min(edit.fade_samples, edit.keep.samples // 2)
    fades = (f"afade=t=in:ss=0:ns={fade}", f"afade=t=out:ss={kept - fade}:ns={fade}") if fade else ()
    pause = (f"apad=pad_len={edit.pause_samples}",) if edit.pause_samples else ()
    cut = f"atrim=start_sample={edit.keep.start}:end_sample={edit.keep.end}"
    return (FLOATS, cut, "asetpts=PTS-STARTPTS", *fades, *pause)


def _amplified(gain: Gain) -> tuple[str, ...]:
    louder = f"volume={gain.decibels:.3f}dB:precision=float"
    if not gain.limits:
        return (louder,)
    limiter = f"alimiter=limit={10 ** (gain.ceiling / 20):.5f}:level=false:latency=true:attack=5:release=80"
    return (louder, f"aresample={_LIMITER_RATE}", limiter, f"aresample={MASTER_RATE}")


def _is_empty(raw: Path) -> bool:
    """A damaged end is no reason to refuse what stands before it."""
    return not raw.exists() or raw.stat().st_size == 0


def _plain() -> tuple[str, ...]:
    return ("ffmpeg", "-nostdin", "-y", "-v", "error", "-threads", "1")


def _telling(level: Literal["info", "level+info"]) -> tuple[str, ...]:
    """With what the filters say at the end, and each line with its level where that is wanted."""
    return ("ffmpeg", "-nostdin", "-y", "-hide_banner", "-nostats", "-v", level, "-filter_complex_threads", "1")


def _reading(container: Container) -> tuple[str, ...]:
    """How a stranger's file is opened: this demuxer, these decoders, no reference followed, one thread."""
    return (*_FILES_ONLY, "-f", _DEMUXERS[container], "-codec_whitelist", _DECODERS, "-threads", "1")


def _decoder(source: Source) -> tuple[str, ...]:
    return _LIBOPUS if source.codec == "opus" else ()


def _input(file: Path) -> tuple[str, ...]:
    return ("-i", f"file:{file.name}")


def _output(file: Path, how: tuple[str, ...]) -> tuple[str, ...]:
    return (*_EXACT, *how, f"file:{file.name}")


def _encoding(made: Format) -> tuple[str, ...]:
    return ("-ar", str(made.rate), "-ac", "1", "-b:a", str(made.bit_rate), *_ENCODING[made.coder])


def _decoding(master: Master, coded: Sequence[Coded]) -> Iterator[str]:
    """A graph that reads master and files by itself, and a WAV of each."""
    opus = [one for one in coded if one.format.coder == "opus"]
    for one in opus:
        yield from (*_FILES_ONLY, "-f", "ogg", *_LIBOPUS, *_input(one.file))
    inputs = {one.format: f"[{number}:a]anull" for number, one in enumerate(opus)}
    heard = [(one.format, inputs.get(one.format) or _source(one.file, *_read_back(one.format))) for one in coded]
    yield from ("-filter_complex", comparing(_source(master.wide, "f32le", f"sample_rate={MASTER_RATE}"), heard))
    for number, one in enumerate(coded):
        yield from ("-map", f"[wav{number}]", *_output(one.heard, ("-ar", str(one.format.rate), *_ENCODING["wav"])))


def _source(file: Path, demuxer: str, *options: str) -> str:
    """A file as the beginning of a graph. Its name has nothing that a graph would take for its own."""
    said = r"\\:".join(("protocol_whitelist=file", *options))
    return f"amovie={file.name}:f={demuxer}:dec_threads=1:format_opts={said}"


def _to_mono(source: Source, downmix: Downmix) -> str:
    """One channel at the master's rate. Floats are made finite where they are one channel and not resampled yet."""
    filters = (
        f"aformat=sample_fmts=flt,{_CHANNELS[downmix]}aresample={source.rate}:rematrix_maxval=1",
        "aformat=channel_layouts=mono:sample_fmts=flt",
        *((_FINITE,) if source.is_float else ()),
        f"aresample={MASTER_RATE}",
    )
    return ",".join(filters)


def _read_back(made: Format) -> tuple[str, ...]:
    """The demuxer of a file that was made, and its options."""
    match made.coder:
        case "alaw" | "mulaw":
            return made.coder, f"sample_rate={made.rate}"
        case "g726" | "g726le":
            return made.coder, f"code_size={made.bit_rate // 8000}"
        case "g726_40" | "g726_40le":
            return "s16le", f"sample_rate={made.rate}"
        case _:
            return (made.coder,)


def _container(source: Source) -> Container:
    return next(container for container in _DEMUXERS if container == source.container)


def _streams(output: bytes) -> list[dict[str, object]]:
    try:
        return list(json.loads(output).get("streams", []))
    except ValueError:
        return []


def _count(stream: dict[str, object], key: str) -> int:
    """0 where there is none, which is out of all bounds."""
    said = str(stream.get(key))
    return int(said) if said.isdecimal() else 0


def _succeeded(ended: Ended) -> Ended:
    if ended.code != 0:
        raise ProgramFailed(_last_words(ended) or f"It ended with {ended.code}.")
    return ended


def _last_words(ended: Ended) -> str:
    """The last line, without addresses in memory."""
    lines = [re.sub(r" @ 0x[0-9a-f]+", "", line) for line in ended.errors.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
