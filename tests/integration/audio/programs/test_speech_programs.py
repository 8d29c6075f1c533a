"""Sentences are really spoken, by all engines."""

import json
import shutil
import wave
from pathlib import Path

import pytest

from audio.adapters.piper import Piper
from audio.adapters.speech_programs import Espeak, Flite
from audio.application.ports import SpeechEngine
from audio.application.speaking import speak, voices_of
from audio.domain.refusals import AudioRefused
from dev.stack import piper

ENGINES: dict[str, SpeechEngine] = {
    "espeak-ng": Espeak(),
    "flite": Flite(),
    "piper": Piper(piper.program(), piper.voices()),
}
JOE = "piper/en_US-joe-medium"


async def _seconds(text: str, folder: Path, voice: str = "espeak-ng/en-us", words_per_minute: int = 160) -> float:
    spoken = await speak(ENGINES, text, voice=voice, words_per_minute=words_per_minute, folder=folder)
    with wave.open(str(spoken), "rb") as file:
        return file.getnframes() / file.getframerate()


@pytest.mark.parametrize("voice", ["espeak-ng/de", "flite/slt", "flite/kal16", JOE])
async def test_a_sentence_is_spoken(voice: str, tmp_path: Path) -> None:
    assert 1 < await _seconds("All our lines are busy.", tmp_path, voice) < 5


@pytest.mark.parametrize("voice", ["espeak-ng/en-us", "flite/slt", JOE])
async def test_slow_speech_takes_longer(voice: str, tmp_path: Path) -> None:
    sentence = "All our lines are busy at the moment."
    assert await _seconds(sentence, tmp_path, voice, 100) > 1.4 * await _seconds(sentence, tmp_path, voice, 200)


async def test_a_pause_is_as_long_as_it_is_told(tmp_path: Path) -> None:
    both = await _seconds('<speak>One<break time="1500ms"/>two</speak>', tmp_path)
    without = await _seconds('<speak>One<break time="0ms"/>two</speak>', tmp_path)
    assert both - without == pytest.approx(1.5, abs=0.001)


async def test_neither_text_nor_parts_are_left(tmp_path: Path) -> None:
    await _seconds("<speak>One<break/>two</speak>", tmp_path)
    assert [*tmp_path.glob("*.wav"), *tmp_path.glob("*.txt")] == [tmp_path / "spoken.wav"]  # noqa: ASYNC240


async def test_voices_are_told_with_language_engine_rate_and_licence() -> None:
    voices = await voices_of(ENGINES)
    assert {"de", "en-us", "fr-fr", "it"} <= {voice.language for voice in voices}
    assert {voice.engine: (voice.rate, voice.licence) for voice in voices} == {
        "espeak-ng": (22_050, "GPL-3.0-or-later"),
        "flite": (16_000, "MIT-CMU"),
        "piper": (22_050, "CC0-1.0 by its maker; trained further from a voice of unknown licence"),
    }


@pytest.mark.parametrize("voice", ["espeak-ng/../../etc/passwd", "flite/-o", "piper/../en_US-joe-medium", "nobody", ""])
async def test_a_voice_that_is_not_there_is_refused(voice: str, tmp_path: Path) -> None:
    with pytest.raises(AudioRefused, match="voice_unknown"):
        await _seconds("Hello.", tmp_path, voice)


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """A folder with a voice that may be used."""
    return shutil.copytree(piper.voices(), tmp_path / "voices", copy_function=_linked)


def _linked(source: str, target: str) -> None:
    Path(target).symlink_to(source)


async def _offered(program: Path, voices: Path) -> list[str]:
    return [voice.name for voice in await Piper(program, voices).voices()]


async def test_a_voice_whose_licence_nobody_knows_is_not_offered(voices: Path) -> None:
    assert await _offered(piper.program(), voices) == [JOE]
    (voices / "en_US-joe-medium.licence").unlink()
    assert await _offered(piper.program(), voices) == []


@pytest.mark.parametrize(
    "description", ["", "{", json.dumps({"language": {"code": "en_US"}}), json.dumps({"audio": {"sample_rate": 0}})]
)
async def test_a_voice_that_does_not_say_what_it_is_like_is_not_offered(voices: Path, description: str) -> None:
    file = voices / "en_US-joe-medium.onnx.json"
    file.unlink()
    file.write_text(description)
    assert await _offered(piper.program(), voices) == []


async def test_without_the_program_there_are_no_voices(voices: Path) -> None:
    assert await _offered(voices / "nothing", voices) == []
