"""Each format: its size, its length, and how near it comes to a spoken sentence, judged by decoders of others."""

import ctypes
import struct
from array import array
from functools import cache
from pathlib import Path
from shutil import copyfile
from typing import Literal, get_args

import pytest

from audio.adapters.ffmpeg import Ffmpeg
from audio.application.ports import Coded, Master
from audio.domain.formats import FORMATS, Format
from audio.domain.refusals import AudioRefused
from tests.support.audio.made import master_of
from tests.support.recordings import ffmpeg, frequency, music, signal_to_noise, sine, sweep, wav_samples

Sound = Literal["speech", "sweep", "music"]

BARS: dict[str, dict[Sound, float]] = {
    "g711a": {"speech": 35, "sweep": 36, "music": 35},
    "g711u": {"speech": 35, "sweep": 34, "music": 34},
    "g722": {"speech": 22, "sweep": 38, "music": 8},
    "g723": {"speech": 7, "sweep": 13, "music": 1},
    "g726-16": {"speech": 8, "sweep": 20, "music": 6},
    "g726-16le": {"speech": 8, "sweep": 20, "music": 6},
    "g726-24": {"speech": 13, "sweep": 26, "music": 10},
    "g726-24le": {"speech": 13, "sweep": 26, "music": 10},
    "g726-32": {"speech": 18, "sweep": 33, "music": 15},
    "g726-32le": {"speech": 18, "sweep": 33, "music": 15},
    "g726-40": {"speech": 22, "sweep": 34, "music": 19},
    "g726-40le": {"speech": 22, "sweep": 34, "music": 19},
    "g729": {"speech": 3, "sweep": 7, "music": 0.5},
    "opus-nb": {"speech": 7, "sweep": 4, "music": 2},
    "opus-wb": {"speech": 8, "sweep": 13, "music": 0.5},
    "wav8": {"speech": 70, "sweep": 80, "music": 75},
    "wav16": {"speech": 70, "sweep": 80, "music": 80},
}
"""dB, two to five under what was measured with ffmpeg 5.1, bcg729 1.1 and spandsp 0.0.6, and one where that is little.

Coders of speech keep its sound, not its waveform, so theirs are low."""
LIBSNDFILE_BARS: dict[Sound, float] = {"speech": 20, "sweep": 15, "music": 19}
SIZES = {
    "g711a": (24000, 8080),
    "g711u": (24000, 8080),
    "g722": (24000, 8080),
    "g723": (2400, 816),
    "g726-16": (6000, 2020),
    "g726-24": (9000, 3030),
    "g726-32": (12000, 4040),
    "g726-40": (15000, 5050),
    "g726-16le": (6000, 2020),
    "g726-24le": (9000, 3030),
    "g726-32le": (12000, 4040),
    "g726-40le": (15000, 5050),
    "g729": (3000, 1010),
    "wav8": (48044, 16204),
    "wav16": (96044, 32364),
}
"""Bytes of 3 s and of 1.01 s."""


_RATIOS: dict[Path, dict[str, float | None]] = {}
"""Signal-to-noise of each format, for masters of which all were made."""


async def _heard(transcoder: Ffmpeg, master: Path, made: Format) -> Path:
    """How a format of the master sounds. All formats are made at once, for each takes two programs."""
    if master not in _RATIOS:
        coded, sound = [_coded(master, code) for code in BARS], master_of(master)
        await transcoder.encode(sound, {one.format: one.file for one in coded})
        _RATIOS[master] = dict(zip(BARS, await transcoder.decode_back(sound, coded), strict=True))
    return _coded(master, made.code).heard


def _coded(master: Path, code: str) -> Coded:
    return Coded(FORMATS[code], master.with_suffix(f".{code}"), master.with_suffix(f".{code}.wav"))


def _file(folder: Path, sound: list[float]) -> Path:
    """A master of this sound."""
    (folder / "sound.f32").write_bytes(array("f", sound).tobytes())
    return folder / "sound.f32"


@pytest.fixture(scope="module")
def three_seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of silence, one of 1000 Hz, one of 6000 Hz."""
    sound = [*([0.0] * 16_000), *sine(1000, 1, 16_000), *sine(6000, 1, 16_000)]
    return _file(tmp_path_factory.mktemp("three"), sound)


@pytest.fixture(scope="module")
def a_bit_more(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.01 seconds, which end within a frame of most coders."""
    return _file(tmp_path_factory.mktemp("more"), sine(440, 1.01, 16_000))


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory, spoken_master: Path) -> dict[Sound, Path]:
    """What each format is measured with."""
    rising = _file(tmp_path_factory.mktemp("sweep"), sweep(100, 3600, 2, 16_000))
    beats = _file(tmp_path_factory.mktemp("music"), music(2, 16_000, level=0.5))
    return {"speech": spoken_master, "sweep": rising, "music": beats}


def _master(file: Path, seconds: float, hertz: float = 440) -> Master:
    file.write_bytes(array("f", sine(hertz, seconds, 16_000)).tobytes())
    return master_of(file)


def test_every_format_has_a_bar() -> None:
    assert BARS.keys() == FORMATS.keys()


@pytest.mark.parametrize("sound", get_args(Sound))
@pytest.mark.parametrize("code", BARS)
async def test_sound_stays_above_the_bar_of_the_format(
    code: str, sound: Sound, transcoder: Ffmpeg, sounds: dict[Sound, Path]
) -> None:
    """What is said of each is also what comes out here; but Opus is moved in time by parts of a sample."""
    made, master = FORMATS[code], sounds[sound]
    heard = await _heard(transcoder, master, made)
    ours = _RATIOS[master][code]
    assert ours is not None
    assert ours > BARS[code][sound]
    if made.coder not in {"wav", "opus"}:
        said = _said(master, made.rate)
        assert signal_to_noise(said, wav_samples(heard), delay=made.delay_samples) == pytest.approx(ours, abs=0.1)


@cache
def _said(master: Path, rate: int) -> "array[int]":
    """The master as a format of this rate has it, by ffmpeg alone."""
    read = ("-f", "f32le", "-ar", "16000", "-ac", "1", "-i", master.name)
    ffmpeg(master.parent, "-v", "error", *read, "-ar", str(rate), "-f", "s16le", f"{rate}.said")
    return array("h", master.with_name(f"{rate}.said").read_bytes())


@pytest.mark.parametrize("code", SIZES)
async def test_files_have_the_size_that_section_8_names(
    code: str, transcoder: Ffmpeg, three_seconds: Path, a_bit_more: Path
) -> None:
    made = FORMATS[code]
    for master in (three_seconds, a_bit_more):
        await _heard(transcoder, master, made)
    sizes = tuple(_coded(master, code).file.stat().st_size for master in (three_seconds, a_bit_more))
    assert sizes == SIZES[code] == tuple(made.expected_bytes(round(seconds * made.rate)) for seconds in (3, 1.01))


async def test_all_formats_at_once_are_each_as_it_is_alone(
    transcoder: Ffmpeg, spoken_master: Path, tmp_path: Path
) -> None:
    alone = master_of(Path(copyfile(spoken_master, tmp_path / "master.f32")))
    for code in BARS:
        heard, one = await _heard(transcoder, spoken_master, FORMATS[code]), _coded(alone.wide, code)
        await transcoder.encode(alone, {one.format: one.file})
        assert await transcoder.decode_back(alone, [one]) == [_RATIOS[spoken_master][code]]
        assert one.heard.read_bytes() == heard.read_bytes()


@pytest.mark.parametrize("code", BARS)
async def test_silence_stays_silence_and_a_tone_keeps_its_frequency(
    code: str, transcoder: Ffmpeg, three_seconds: Path
) -> None:
    made = FORMATS[code]
    heard = wav_samples(await _heard(transcoder, three_seconds, made))
    assert max(map(abs, heard[: made.rate * 9 // 10])) <= 20
    assert frequency(heard[made.rate * 5 // 4 : made.rate * 7 // 4], made.rate) == pytest.approx(1000, rel=0.02)


@pytest.mark.parametrize("code", ["g722", "opus-wb", "wav16"])
async def test_wideband_keeps_what_lies_above_four_kilohertz(
    code: str, transcoder: Ffmpeg, three_seconds: Path
) -> None:
    heard = wav_samples(await _heard(transcoder, three_seconds, FORMATS[code]))
    assert frequency(heard[36_000:44_000], 16_000) == pytest.approx(6000, rel=0.02)


async def test_g722_is_heard_alike_by_another_decoder(transcoder: Ffmpeg, spoken_master: Path) -> None:
    heard = wav_samples(await _heard(transcoder, spoken_master, FORMATS["g722"]))
    data = (spoken_master.with_suffix(".g722")).read_bytes()
    spandsp = ctypes.CDLL("libspandsp.so.2")
    spandsp.g722_decode_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(spandsp.g722_decode_init(None, 64_000, 0))
    samples = (ctypes.c_int16 * (len(data) * 2))()
    assert spandsp.g722_decode(state, samples, data, len(data)) == len(heard)
    assert signal_to_noise(list(samples), heard) > 60


@pytest.mark.parametrize("kilobits", [16, 24, 32])
@pytest.mark.parametrize(("order", "packing"), [("", 1), ("le", 2)])
async def test_g726_is_heard_alike_by_another_decoder(
    kilobits: int, order: str, packing: int, transcoder: Ffmpeg, spoken_master: Path
) -> None:
    code = f"g726-{kilobits}{order}"
    heard = wav_samples(await _heard(transcoder, spoken_master, FORMATS[code]))
    data = (spoken_master.with_suffix(f".{code}")).read_bytes()
    others = _spandsp_g726(data, kilobits, packing=packing, samples=len(heard))
    assert signal_to_noise(others, heard) > 35


def _spandsp_g726(data: bytes, kilobits: int, *, packing: int, samples: int) -> list[int]:
    """What spandsp hears; packing 1 has high bits first, 2 low ones."""
    spandsp = ctypes.CDLL("libspandsp.so.2")
    spandsp.g726_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(spandsp.g726_init(None, kilobits * 1000, 0, packing))
    heard = (ctypes.c_int16 * (samples + 64))()
    assert spandsp.g726_decode(state, heard, data, len(data)) >= samples - 8
    return list(heard)[:samples]


@pytest.mark.parametrize("sound", get_args(Sound))
@pytest.mark.parametrize("code", ["g726-40", "g726-40le"])
async def test_g726_at_40_kilobits_is_heard_by_another_decoder(
    code: str, sound: Sound, transcoder: Ffmpeg, sounds: dict[Sound, Path]
) -> None:
    """At any rate libsndfile hears tones 19 dB from how ffmpeg and spandsp do, hence the bar of the sweep."""
    master = sounds[sound]
    await _heard(transcoder, master, FORMATS[code])
    data = _coded(master, code).file.read_bytes()
    others = _libsndfile_g726_at_40(data if code.endswith("le") else _low_bits_first(data), master.parent)
    assert signal_to_noise(_said(master, 8000), others) > LIBSNDFILE_BARS[sound]


async def test_g726_at_40_kilobits_of_ffmpeg_is_noise_to_another_decoder(spoken_master: Path) -> None:
    """The reason why spandsp makes it; when this fails, ffmpeg has changed and can."""
    master = ("-v", "error", "-f", "f32le", "-ar", "16000", "-ac", "1", "-i", spoken_master.name, "-ar", "8000")
    ffmpeg(spoken_master.parent, *master, "-c:a", "g726le", "-b:a", "40000", "-f", "g726le", "forty")
    others = _libsndfile_g726_at_40((spoken_master.parent / "forty").read_bytes(), spoken_master.parent)
    assert signal_to_noise(_said(spoken_master, 8000), others) < 5


def _low_bits_first(data: bytes) -> bytes:
    """Codes of five bits whose high bits come first, eight of them in five bytes, with the low bits first."""
    groups = (int.from_bytes(data[at : at + 5].ljust(5, b"\0"), "big") for at in range(0, len(data), 5))
    codes = ([group >> 35 - 5 * at & 31 for at in range(8)] for group in groups)
    return b"".join(sum(code << 5 * at for at, code in enumerate(each)).to_bytes(5, "little") for each in codes)


class _SfInfo(ctypes.Structure):
    """SF_INFO of sndfile.h."""

    _fields_ = (
        ("frames", ctypes.c_int64),
        *((name, ctypes.c_int) for name in ("rate", "channels", "format", "sections", "seekable")),
    )


def _libsndfile_g726_at_40(data: bytes, folder: Path) -> list[int]:
    """What libsndfile hears, which knows G.726 at 40 kbit/s by its older name, G.723, with low bits first."""
    (folder / "heard.au").write_bytes(struct.pack(">4s5I", b".snd", 24, len(data), 26, 8000, 1) + data)
    sndfile, info = ctypes.CDLL("libsndfile.so.1"), _SfInfo()
    sndfile.sf_open.restype = ctypes.c_void_p
    file = ctypes.c_void_p(sndfile.sf_open(str(folder / "heard.au").encode(), 0x10, ctypes.byref(info)))
    samples = (ctypes.c_int16 * info.frames)()
    sndfile.sf_read_short(file, samples, ctypes.c_int64(info.frames))
    sndfile.sf_close(file)
    return list(samples)


async def test_without_their_programs_formats_are_unavailable_and_the_rest_works(tmp_path: Path) -> None:
    without, master = Ffmpeg(), _master(tmp_path / "master", 1)
    for code in ("g729", "g726-40", "g726-40le"):
        with pytest.raises(AudioRefused, match="format_unavailable"):
            await without.encode(master, {FORMATS[code]: tmp_path / "file"})
    await without.encode(master, {FORMATS["g723"]: tmp_path / "file"})
    assert {code for code, made in FORMATS.items() if not without.makes(made)} == {"g729", "g726-40", "g726-40le"}
