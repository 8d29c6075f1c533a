"""Recordings that lie, break, burst or point elsewhere: the right code, in bounded time, and nothing left behind."""

import io
import math
import resource
import struct
import zipfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audio.adapters.child import Limits
from audio.adapters.ffmpeg import Ffmpeg
from audio.application.conversion import Conversion, Done
from audio.domain.containers import container_of
from audio.domain.options import Options
from audio.domain.refusals import AudioRefused
from tests.support.audio.left_behind import nobody_is_in
from tests.support.audio.made import Made
from tests.support.recordings import ffmpeg, floats, sine, sweep, wav, wav_of

TONE = sine(440, 1, 8000)
AS_IT_IS = Options(loudness=None, trim_silence=False, fade_milliseconds=0)


@pytest.fixture(autouse=True)
def nobody_is_left(tmp_path: Path) -> Iterator[None]:
    """Whatever became of a recording, no program goes on in its folder."""
    yield
    assert nobody_is_in(tmp_path)


async def _convert(data: bytes, folder: Path, options: Options = AS_IT_IS) -> Done:
    (folder / "recording").write_bytes(data)
    conversion = Conversion(Ffmpeg(), folder)
    return await conversion.convert(folder / "recording", name="x", formats=(), options=options, ready=Made().ready)


async def _read(data: bytes, folder: Path) -> "array[float]":
    """Its samples, as they are decoded."""
    recording, master = folder / "recording", folder / "master"
    recording.write_bytes(data)
    transcoder = Ffmpeg()
    source = await transcoder.probe(recording, container_of(io.BytesIO(data)))
    await transcoder.decode(recording, source, downmix="mix", raw=master)
    return floats(master)


async def _refused(data: bytes, folder: Path) -> str:
    with pytest.raises(AudioRefused) as refused:
        await _convert(data, folder)
    return refused.value.code


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", bytes(10_000_000))
    return packed.getvalue()


def _concat(folder: Path) -> bytes:
    return f"ffconcat version 1.0\nfile '{folder}/secret.wav'\n".encode()


def _playlist(folder: Path) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{folder}/secret.wav\n#EXT-X-ENDLIST\n".encode()


NO_RECORDINGS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "nothing": (lambda _: b"", "audio_undecodable"),
    "text": (lambda _: b"This is no sound at all.\n" * 100, "audio_undecodable"),
    "a page": (lambda _: b"<!DOCTYPE html><html><audio src='http://127.0.0.1/a.wav'></html>", "audio_undecodable"),
    "a zip bomb": (lambda _: _zip_bomb(), "audio_undecodable"),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), "audio_undecodable"),
    "a playlist of a local file": (_playlist, "audio_undecodable"),
    "a concatenation of a local file": (_concat, "audio_undecodable"),
    "a playlist behind a tag": (lambda f: b"ID3\x03\0\0\0\0\0\0" + _playlist(f), "audio_undecodable"),
    "a header cut off": (lambda _: wav(TONE, 8000)[:20], "audio_undecodable"),
    "a header alone": (lambda _: wav([], 8000), "audio_silent_empty"),
    "96 channels": (lambda _: wav_of(bytes(96 * 2 * 800), 8000, bits=16, channels=96), "audio_undecodable"),
    "a rate of gigahertz": (lambda _: wav_of(bytes(1600), 2**31 - 1, bits=16), "audio_undecodable"),
    "a rate of nothing": (lambda _: wav_of(bytes(1600), 0, bits=16), "audio_undecodable"),
    "21 MiB": (lambda _: wav_of(bytes(21 * 1024 * 1024), 48_000, bits=16), "audio_too_big"),
    "an hour": (lambda _: wav_of(bytes(3600 * 4000), 4000, bits=8), "audio_too_long"),
    "a tag without an end": (lambda _: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(1000), "audio_undecodable"),
    "frames of noise": (lambda _: b"\xff\xfb\x90\x64" + bytes(range(256)) * 40, "audio_undecodable"),
}


@pytest.mark.parametrize("kind", NO_RECORDINGS)
async def test_what_is_no_recording_is_refused_by_its_code(kind: str, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(wav(TONE, 8000))
    make, code = NO_RECORDINGS[kind]
    assert await _refused(make(tmp_path), tmp_path) == code


@pytest.mark.parametrize("demuxer", ["hls", "concat"])
async def test_the_playlists_of_these_tests_do_work_where_ffmpeg_may_choose(demuxer: str, tmp_path: Path) -> None:
    """Otherwise their refusal would show nothing."""
    (tmp_path / "secret.wav").write_bytes(wav(TONE, 8000))
    if demuxer == "hls":
        ffmpeg(tmp_path, "-v", "error", "-i", "secret.wav", "-c:a", "aac", "-f", "mpegts", "secret.ts")
        (tmp_path / "list").write_bytes(_playlist(tmp_path).replace(b"secret.wav", b"secret.ts"))
    else:
        (tmp_path / "list").write_bytes(_concat(tmp_path))
    free = ("-safe", "0") if demuxer == "concat" else ("-allowed_extensions", "ALL")
    ffmpeg(tmp_path, "-v", "error", "-f", demuxer, *free, "-i", "list", "out.wav")
    assert (tmp_path / "out.wav").stat().st_size > 10_000


SOUNDS: dict[str, bytes] = {
    "8 bit": wav_of(bytes(round(128 + 127 * s) for s in TONE), 8000, bits=8),
    "24 bit": wav_of(b"".join(round(s * 8388607).to_bytes(3, "little", signed=True) for s in TONE), 8000, bits=24),
    "32 bit": wav_of(b"".join(struct.pack("<i", round(s * 2147483647)) for s in TONE), 8000, bits=32),
    "float": wav_of(array("f", TONE).tobytes(), 8000, bits=32, kind=3),
    "double": wav_of(array("d", TONE).tobytes(), 8000, bits=64, kind=3),
    "stereo": wav(TONE, 8000, channels=2),
    "5.1": wav(TONE, 8000, channels=6),
    "96 kHz": wav(sine(440, 1, 96_000), 96_000),
    "a length too small": wav_of(wav(TONE, 8000)[44:], 8000, bits=16, says=2**32 - 1),
}


@pytest.mark.parametrize("kind", SOUNDS)
async def test_each_kind_of_samples_has_its_length_and_its_level(kind: str, tmp_path: Path) -> None:
    heard = await _read(SOUNDS[kind], tmp_path)
    assert len(heard) == 16_000
    assert max(heard) == pytest.approx(0.25, rel=0.08)


COMPRESSED = {
    "mp3": ("-c:a", "libmp3lame", "-f", "mp3"),
    "flac": ("-f", "flac"),
    "vorbis": ("-c:a", "libvorbis", "-f", "ogg"),
    "opus": ("-c:a", "libopus", "-f", "ogg"),
    "m4a": ("-c:a", "aac", "-f", "ipod"),
    "aac": ("-c:a", "aac", "-f", "adts"),
    "webm": ("-c:a", "libopus", "-f", "webm"),
}


@pytest.mark.parametrize("kind", COMPRESSED)
async def test_each_kind_of_compressed_sound_is_read(kind: str, tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(wav(sine(440, 1, 48_000), 48_000))
    ffmpeg(tmp_path, "-v", "error", "-i", "tone.wav", *COMPRESSED[kind], "tone")
    heard = await _read((tmp_path / "tone").read_bytes(), tmp_path)
    assert len(heard) == pytest.approx(16_000, rel=0.1)
    assert max(heard) == pytest.approx(0.25, rel=0.3)


async def test_a_rising_tone_in_opus_is_read_as_loud_as_it_is(tmp_path: Path) -> None:
    """ffmpeg's own decoder makes noise at full scale of it."""
    (tmp_path / "tone.wav").write_bytes(wav(sweep(100, 3600, 2, 8000), 8000))
    ffmpeg(tmp_path, "-v", "error", "-i", "tone.wav", *COMPRESSED["opus"], "-b:a", "16000", "tone")
    heard = await _read((tmp_path / "tone").read_bytes(), tmp_path)
    assert max(map(abs, heard)) == pytest.approx(0.25, rel=0.3)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "flac"])
async def test_a_cover_is_no_sound_and_does_no_harm(kind: str, tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(wav(sine(440, 1, 48_000), 48_000))
    ffmpeg(tmp_path, "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1", "cover.png")
    cover = ("-i", "cover.png", "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
    how = COMPRESSED[kind] if kind != "m4a" else ("-c:a", "aac", "-f", "mp4")
    ffmpeg(tmp_path, "-v", "error", "-i", "tone.wav", *cover, *how, "covered")
    assert len(await _read((tmp_path / "covered").read_bytes(), tmp_path)) == pytest.approx(16_000, rel=0.1)


async def test_a_tag_of_fifteen_megabytes_stands_before_a_sound(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(wav(sine(440, 1, 48_000), 48_000))
    ffmpeg(tmp_path, "-v", "error", "-i", "tone.wav", *COMPRESSED["mp3"], "-id3v2_version", "0", "tone")
    size = 15 * 1024 * 1024
    tag = b"ID3\x03\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
    assert len(await _read(tag + (tmp_path / "tone").read_bytes(), tmp_path)) == pytest.approx(16_000, rel=0.1)


async def test_no_number_is_silence_and_spreads_to_nothing(tmp_path: Path) -> None:
    samples = array("f", TONE)
    samples[4000], samples[5000], samples[6000] = math.nan, math.inf, -math.inf
    master = await _read(wav_of(samples.tobytes(), 8000, bits=32, kind=3), tmp_path)
    assert all(map(math.isfinite, master))
    assert max(map(abs, master)) < 0.5


async def test_one_sample_is_a_sound(tmp_path: Path) -> None:
    assert (await _convert(wav([0.5], 16_000), tmp_path)).shape.samples == 1


async def test_data_cut_off_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    done = await _convert(wav(TONE, 8000)[: 44 + 8000], tmp_path)
    assert done.seconds_read == 0.5


async def test_what_cannot_be_decoded_in_the_middle_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(wav(sine(440, 2, 8000), 8000))
    ffmpeg(tmp_path, "-v", "error", "-i", "tone.wav", *COMPRESSED["flac"], "tone")
    whole = (tmp_path / "tone").read_bytes()
    middle = len(whole) // 2
    assert (await _convert(whole, tmp_path)).warnings == ()
    broken = whole[:middle] + bytes(200) + whole[middle + 200 :]
    assert (await _convert(broken, tmp_path)).warnings == ("source_damaged",)


async def test_two_hours_in_few_bytes_are_refused_soon(tmp_path: Path) -> None:
    ffmpeg(tmp_path, "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "7200", "-f", "flac", "long")
    began = _processor_seconds()
    assert await _refused((tmp_path / "long").read_bytes(), tmp_path) == "audio_too_long"
    assert _processor_seconds() - began < 8


def _processor_seconds() -> float:
    """Of this process and of all children that have ended."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


async def test_a_decoder_that_takes_too_long_is_ended_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(wav(TONE, 8000))
    hasty = Ffmpeg(limits=Limits(seconds=0.001))
    with pytest.raises(AudioRefused, match="audio_undecodable: Conversion took too long"):
        await hasty.probe(tmp_path / "recording", "wav")
