"""ffmpeg as the transcoder. What it may read is named each time: one file, one demuxer, the decoders of announcements.

Nothing in a recording can name another file or an address: the demuxer is ours to choose (no playlist, no concat), and
the only protocol is `file`, on a name without a path, in a folder of its own.
"""

import asyncio
import json
import math
import re
from array import array
from pathlib import Path
from shutil import which

from audio.adapters.child import ChildOverran, Ended, Limits, run_child
from audio.application.ports import Edit, Measured, ProgramFailed
from audio.domain.containers import Container
from audio.domain.formats import Coder, Format
from audio.domain.g711 import Law, compressed
from audio.domain.options import Downmix
from audio.domain.refusals import AudioRefused
from audio.domain.sources import MASTER_RATE, MAX_SECONDS, Source, within_bounds

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
_HEADERLESS: dict[Coder, tuple[str, ...]] = {
    "alaw": ("-f", "alaw", "-ar", "8000", "-ac", "1"),
    "mulaw": ("-f", "mulaw", "-ar", "8000", "-ac", "1"),
    "g722": ("-f", "g722"),
    "g723_1": ("-f", "g723_1"),
    "g729": ("-f", "g729"),
    "opus": ("-f", "ogg"),
    "wav": ("-f", "wav"),
}
_MASTER = ("-f", "f32le", "-ar", str(MASTER_RATE), "-ac", "1")
_EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
"""No name and version of ffmpeg in what it writes."""
_FINITE = "aeval=exprs='if(isnan(val(0))+isinf(val(0)),0,val(0))'"
"""A float that is no number would spread over everything that is computed after it."""
_LIMITER_RATE = MASTER_RATE * 4
"""Where a peak between two samples shows as a sample."""
_ONLY_ITS_OWN = {"g726-40", "g726-40le"}
"""What ffmpeg 5.1 makes so that just ffmpeg understands it: spandsp and libsndfile soon hear noise."""
_PIECE_BYTES = 256 * 1024
_CHANNELS: dict[Downmix, str] = {"mix": "", "left": "pan=mono|c0=c0,", "right": "pan=mono|c0=c1,"}


class Ffmpeg:
    """The programs ffmpeg and ffprobe, and where it is installed one that makes G.729, which ffmpeg only decodes."""

    def __init__(self, *, g729_program: tuple[str, ...] | None = None, limits: Limits | None = None) -> None:
        self._g729_program = g729_program
        self._limits = limits or Limits()

    def makes(self, made: Format) -> bool:
        if made.coder == "g729" and self._g729_program is None:
            return False
        return which("ffmpeg") is not None and made.code not in _ONLY_ITS_OWN

    async def probe(self, recording: Path, container: Container) -> Source:
        shown = ("-show_entries", "stream=codec_name,sample_rate,channels", "-select_streams", "a:0", "-of", "json")
        ended = await self._child(recording.parent, ("ffprobe", *_reading(container), *shown, *_input(recording)))
        streams = _streams(ended.output) if ended.code == 0 else []
        if not streams:
            raise AudioRefused("audio_undecodable", _last_words(ended) or "No sound was found in the file.")
        first = streams[0]
        codec, rate, channels = str(first.get("codec_name")), _count(first, "sample_rate"), _count(first, "channels")
        return within_bounds(Source(container, codec, rate, channels))

    async def decode(self, recording: Path, source: Source, *, downmix: Downmix, master: Path) -> bool:
        if downmix == "right" and source.channels == 1:
            downmix = "left"
        command = (
            *("ffmpeg", "-nostdin", "-y", *_reading(_container(source)), *_input(recording)),
            *("-map", "0:a:0", "-vn", "-sn", "-dn", "-t", str(MAX_SECONDS + 1)),
            *("-af", _to_mono(source, downmix), *_output(master, _MASTER)),
        )
        ended = await self._child(recording.parent, command)
        if ended.code != 0 and _is_empty(master):
            raise AudioRefused("audio_undecodable", _last_words(ended) or "It can't be decoded.")
        return ended.code == 0 and not ended.errors

    async def measure(self, master: Path) -> Measured:
        words = await self._analyse(master, "ebur128=peak=true:framelog=verbose")
        integrated, true_peak = _last_number(r"\bI:\s+(\S+) LUFS", words), _last_number(r"\bPeak:\s+(\S+) dBFS", words)
        return Measured(None if integrated is None or integrated <= -70 else integrated, true_peak)

    async def amplify(self, master: Path, *, decibels: float, ceiling: float, louder: Path) -> None:
        linear = 10 ** (ceiling / 20)
        limiter = f"alimiter=limit={linear:.5f}:level=false:latency=true:attack=5:release=80"
        filters = f"volume={decibels:.3f}dB:precision=float,aresample={_LIMITER_RATE},{limiter},aresample={MASTER_RATE}"
        await self._filter(master, filters, louder)

    async def edit(self, master: Path, edit: Edit, edited: Path) -> None:
        kept, fade = edit.keep.samples, min(edit.fade_samples, edit.keep.samples // 2)
        filters = [f"atrim=start_sample={edit.keep.start}:end_sample={edit.keep.end}", "asetpts=PTS-STARTPTS"]
        if fade:
            filters += [f"afade=t=in:ss=0:ns={fade}", f"afade=t=out:ss={kept - fade}:ns={fade}"]
        if edit.pause_samples:
            filters += [f"apad=pad_len={edit.pause_samples}"]
        await self._filter(master, ",".join(filters), edited)

    async def encode(self, master: Path, made: Format, file: Path) -> None:
        if not self.makes(made):
            raise AudioRefused("format_unavailable", f"This installation can't make {made.title}.")
        match made.coder:
            case "alaw" | "mulaw" as law:
                await asyncio.to_thread(_compress, await self._samples(master, made, file), law, file)
            case "g729":
                samples = await self._samples(master, made, file)
                _succeeded(await self._child(file.parent, (*(self._g729_program or ()), samples.name, file.name)))
                samples.unlink()
            case coder:
                rate = ("-ar", str(made.rate), "-ac", "1", "-b:a", str(made.bit_rate))
                await self._make(master, (*rate, *_ENCODING[coder]), file)

    async def _samples(self, master: Path, made: Format, file: Path) -> Path:
        """What a coder of somebody else's takes: 16 bit, at the format's rate, without a header."""
        samples = file.with_suffix(".s16")
        await self._make(master, ("-ar", str(made.rate), "-ac", "1", "-f", "s16le"), samples)
        return samples

    async def decode_back(self, file: Path, made: Format, wav: Path) -> None:
        command = (
            *_plain(),
            *_format_of(made),
            *_input(file),
            *_output(wav, ("-ar", str(made.rate), *_ENCODING["wav"])),
        )
        _succeeded(await self._child(file.parent, command))

    async def signal_to_noise(self, master: Path, wav: Path, made: Format) -> float | None:
        plain = "aformat=channel_layouts=mono:sample_fmts=flt"
        aligned = f"[1:a]{plain},atrim=start_sample={made.delay_samples},asetpts=PTS-STARTPTS[heard]"
        noise = (
            "pan=stereo|c0=c0|c1=c0-c1,aformat=sample_fmts=flt,astats=measure_overall=none:measure_perchannel=RMS_level"
        )
        graph = f"[0:a]aresample={made.rate},{plain}[said];{aligned};[said][heard]amerge=inputs=2,{noise}"
        command = (
            *("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "file"),
            *(*_MASTER, *_input(master), "-protocol_whitelist", "file", "-f", "wav", *_input(wav)),
            *("-filter_complex", graph, "-f", "null", "-"),
        )
        ended = _succeeded(await self._child(master.parent, command))
        levels = [float(level) for level in re.findall(r"RMS level dB: (\S+)", ended.errors)]
        return levels[0] - levels[1] if len(levels) == 2 and all(map(math.isfinite, levels)) else None

    async def level_above(self, master: Path, hertz: int) -> float | None:
        high = f"highpass=f={hertz}:p=2,highpass=f={hertz}:p=2," if hertz else ""
        return _last_number(r"mean_volume:\s*(\S+) dB", await self._analyse(master, f"{high}volumedetect"))

    async def _analyse(self, master: Path, filters: str) -> str:
        """What a filter says of the master."""
        command = (
            *("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "file"),
            *(*_MASTER, *_input(master), "-af", filters, "-f", "null", "-"),
        )
        return _succeeded(await self._child(master.parent, command)).errors

    async def _filter(self, master: Path, filters: str, into: Path) -> None:
        await self._make(master, ("-af", filters, *_MASTER), into)

    async def _make(self, master: Path, how: tuple[str, ...], into: Path) -> None:
        _succeeded(await self._child(master.parent, (*_plain(), *_MASTER, *_input(master), *_output(into, how))))

    async def _child(self, folder: Path, command: tuple[str, ...]) -> Ended:
        try:
            return await run_child(command, folder, self._limits)
        except ChildOverran as overran:
            raise AudioRefused("audio_undecodable", f"Conversion took too long: {overran}.") from None


def _compress(samples: Path, law: Law, file: Path) -> None:
    with samples.open("rb") as source, file.open("wb") as made:
        while piece := source.read(_PIECE_BYTES):
            made.write(compressed(array("h", piece), law))
    samples.unlink()


def _is_empty(master: Path) -> bool:
    """A damaged end is no reason to refuse what stands before it."""
    return not master.exists() or master.stat().st_size == 0


def _plain() -> tuple[str, ...]:
    return ("ffmpeg", "-nostdin", "-y", "-v", "error", "-threads", "1", "-protocol_whitelist", "file")


def _reading(container: Container) -> tuple[str, ...]:
    """How a stranger's file is opened: this demuxer, these decoders, no reference followed, one thread."""
    chosen = ("-f", _DEMUXERS[container], "-codec_whitelist", _DECODERS, "-threads", "1")
    return ("-hide_banner", "-v", "error", "-protocol_whitelist", "file", *chosen)


def _input(file: Path) -> tuple[str, ...]:
    return ("-i", f"file:{file.name}")


def _output(file: Path, how: tuple[str, ...]) -> tuple[str, ...]:
    return (*_EXACT, *how, f"file:{file.name}")


def _to_mono(source: Source, downmix: Downmix) -> str:
    """One channel at the master's rate. Floats are made finite where they are one channel and not resampled yet."""
    filters = (
        f"aformat=sample_fmts=flt,{_CHANNELS[downmix]}aresample={source.rate}:rematrix_maxval=1",
        "aformat=channel_layouts=mono:sample_fmts=flt",
        *((_FINITE,) if source.is_float else ()),
        f"aresample={MASTER_RATE}",
    )
    return ",".join(filters)


def _format_of(made: Format) -> tuple[str, ...]:
    if made.coder in {"g726", "g726le"}:
        return ("-f", made.coder, "-code_size", str(made.bit_rate // 8000), "-ar", "8000", "-ac", "1")
    return _HEADERLESS[made.coder]


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


def _last_number(pattern: str, words: str) -> float | None:
    """The last number that is one: neither infinite nor `nan`."""
    found = re.findall(pattern, words)
    number = float(found[-1]) if found else math.nan
    return number if math.isfinite(number) else None
