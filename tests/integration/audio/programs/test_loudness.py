"""Evened loudness, measured by ffmpeg's ebur128 on the WAV that somebody would take."""

import re
from array import array
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest

from audio.adapters.ffmpeg import Ffmpeg
from audio.application.conversion import Conversion, Done
from audio.domain.formats import FORMATS, formats_of
from audio.domain.options import Downmix, Loudness, Options
from tests.support.audio.made import Made
from tests.support.recordings import ffmpeg, music, sine, wav


def _measured(file: Path) -> tuple[float, float]:
    """LUFS and dBTP."""
    words = ffmpeg(file.parent, "-i", file.name, "-af", "ebur128=peak=true", "-f", "null", "-").rpartition("Summary")[2]
    return float(re.findall(r"I:\s+(\S+) LUFS", words)[0]), float(re.findall(r"Peak:\s+(\S+) dBFS", words)[0])


async def _converted(recording: Path, options: Options) -> Done:
    conversion = Conversion(Ffmpeg(), recording.parent)
    return await conversion.convert(
        recording, name="even", formats=[FORMATS["wav16"]], options=options, ready=Made().ready
    )


@pytest.mark.parametrize("target", [-23.0, -16.0])
async def test_speech_comes_within_half_a_unit_of_the_target(target: float, sentence: Path, tmp_path: Path) -> None:
    copyfile(sentence, tmp_path / "recording")
    done = await _converted(tmp_path / "recording", Options(loudness=Loudness(target=target)))
    integrated, true_peak = _measured(tmp_path / "even.wav")
    assert integrated == pytest.approx(target, abs=0.5)
    assert true_peak <= -3.0
    assert done.after.integrated == pytest.approx(integrated, abs=0.15)


async def test_music_comes_within_half_a_unit_of_the_target(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(wav(music(4, 16_000), 16_000))
    await _converted(tmp_path / "recording", Options())
    integrated, true_peak = _measured(tmp_path / "even.wav")
    assert integrated == pytest.approx(-19, abs=0.5)
    assert true_peak <= -3.0


async def test_evening_moves_no_sample_in_time(tmp_path: Path) -> None:
    quiet = [0.0] * 8000
    (tmp_path / "recording").write_bytes(wav([*quiet, *sine(440, 1, 16_000), *quiet], 16_000))
    done = await _converted(tmp_path / "recording", Options(trim_silence=False, fade_milliseconds=0))
    heard = array("h", (tmp_path / "even.wav").read_bytes()[44:])
    sounding = [at for at, sample in enumerate(heard) if abs(sample) > 500]
    assert done.gain_decibels != 0
    assert len(heard) == 32_000
    assert [sounding[0], sounding[-1]] == pytest.approx([8000, 24_000], abs=20)


async def test_what_is_left_alone_keeps_every_sample(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(wav(sine(440, 1, 16_000), 16_000))
    await _converted(tmp_path / "recording", Options(loudness=None, trim_silence=False, fade_milliseconds=0))
    before, after = (array("h", (tmp_path / name).read_bytes()[44:]) for name in ("recording", "even.wav"))
    assert before == after


async def test_silence_is_not_amplified_and_warned_of(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(wav([0.0] * 16_000, 16_000))
    done = await _converted(tmp_path / "recording", Options())
    assert done.warnings == ("silence",)
    assert done.gain_decibels == 0
    assert not any((tmp_path / "even.wav").read_bytes()[44:])


async def test_a_clipped_recording_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(wav([min(max(s, -1), 1) for s in sine(440, 1, 16_000, 3)], 16_000))
    assert "clipping" in (await _converted(tmp_path / "recording", Options())).warnings


async def test_a_target_that_cannot_be_had_under_the_true_peak_is_warned_of(tmp_path: Path) -> None:
    click = [0.9 * (at % 8000 < 3) for at in range(16_000)]
    (tmp_path / "recording").write_bytes(wav(click, 16_000))
    done = await _converted(tmp_path / "recording", Options(loudness=Loudness(target=-10, true_peak=-9)))
    assert "loudness_not_reached" in done.warnings
    assert done.after.true_peak is not None
    assert done.after.true_peak <= -9


@pytest.mark.parametrize(("sound", "warnings"), [("music", ("bandwidth_lost",)), ("speech", ())])
async def test_what_narrowband_loses_is_warned_of(
    sound: str, warnings: tuple[str, ...], sentence: Path, tmp_path: Path
) -> None:
    copyfile(sentence, tmp_path / "recording")
    if sound == "music":
        (tmp_path / "recording").write_bytes(wav(music(1, 16_000), 16_000))
    made = Made()
    await Conversion(Ffmpeg(), tmp_path).convert(
        tmp_path / "recording", name="x", formats=formats_of(("g711a", "wav16")), options=Options(), ready=made.ready
    )
    assert [one.warnings for one in made.files] == [warnings, ()]


async def test_trimming_fading_and_pausing_are_exact_to_the_sample(tmp_path: Path) -> None:
    quiet = [0.0] * 8000
    (tmp_path / "recording").write_bytes(wav([*quiet, *sine(440, 1, 16_000), *quiet], 16_000))
    options = Options(loudness=None, fade_milliseconds=100, pause_milliseconds=250)
    done = await _converted(tmp_path / "recording", options)
    heard = array("h", (tmp_path / "even.wav").read_bytes()[44:])
    assert len(heard) == 16_000 + 4000 == done.seconds_made * 16_000
    assert done.seconds_trimmed == 1.0
    assert max(map(abs, heard[:80])) < 0.06 * max(heard)
    assert max(map(abs, heard[15_920:16_000])) < 0.06 * max(heard)
    assert not any(heard[16_000:])


async def test_channels_become_one_by_the_rule(tmp_path: Path) -> None:
    left, right = sine(440, 1, 16_000, 0.5), [0.0] * 16_000
    frames = array("h", [round(s * 32767) for pair in zip(left, right, strict=True) for s in pair])
    header = wav([], 16_000, channels=2)[:40] + len(frames.tobytes()).to_bytes(4, "little")
    (tmp_path / "recording").write_bytes(header + frames.tobytes())
    plain = Options(loudness=None, trim_silence=False, fade_milliseconds=0)
    rules: tuple[Downmix, ...] = ("mix", "left", "right")
    levels = [(await _converted(tmp_path / "recording", replace(plain, downmix=rule))).shape.peak for rule in rules]
    assert levels == pytest.approx([0.25, 0.5, 0], abs=0.01)
