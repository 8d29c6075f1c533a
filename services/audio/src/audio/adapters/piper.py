"""Piper: neural voices, each a file of its own that an installation has or has not."""

import asyncio
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from audio.adapters.child import Limits
from audio.adapters.speech_programs import run_engine
from audio.application.ports import Voice
from runtime.logs import get_logger

SPEAKING = Limits(seconds=180, cpu_seconds=150, address_space_bytes=4 * 1024**3, file_bytes=64 * 1024 * 1024)
"""Two minutes of speech take 40 s of processor time; the libraries of a network map 2 GB."""
WORDS_PER_MINUTE = 190
"""How fast its voices speak when they are told nothing."""
MAX_DESCRIPTION_BYTES = 256 * 1024

_log = get_logger("audio.piper")


class _Sound(BaseModel):
    sample_rate: int = Field(ge=8000, le=96_000)


class _Language(BaseModel):
    code: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")


class _Description(BaseModel):
    """What we read of NAME.onnx.json, which comes with each voice."""

    audio: _Sound
    language: _Language


class Piper:
    """GPL-3.0-or-later, a program of its own. `voices` is a folder with NAME.onnx and NAME.onnx.json for each voice.

    A third file, NAME.licence, says in its first line under which licence the voice may be used. Without it nobody
    could be told, so the voice is passed over.
    """

    def __init__(self, program: Path, voices: Path, limits: Limits = SPEAKING) -> None:
        self._program = program
        self._folder = voices
        self._limits = limits

    async def voices(self) -> list[Voice]:
        return await asyncio.to_thread(self._found)

    def _found(self) -> list[Voice]:
        models = sorted(self._folder.glob("*.onnx")) if self._program.exists() else []
        return [voice for voice in map(_voice, models) if voice is not None]

    async def speak(self, text: str, voice: Voice, *, words_per_minute: int, wav: Path) -> None:
        model = self._folder / f"{voice.name.removeprefix('piper/')}.onnx"
        stretch = f"{WORDS_PER_MINUTE / words_per_minute:.3f}"
        command = (str(self._program), "-m", str(model.absolute()), "--length-scale", stretch, "-f", wav.name, "-i")
        await run_engine(text, command, wav, self._limits)


def _voice(model: Path) -> Voice | None:
    try:
        said = _Description.model_validate_json(_beginning(model.with_name(f"{model.name}.json")))
        licence = _beginning(model.with_suffix(".licence")).decode().splitlines()[0].strip()
    except (OSError, ValidationError, UnicodeDecodeError, IndexError) as error:
        _log.warning("voice_passed_over", voice=model.stem, reason=str(error))
        return None
    language = said.language.code.lower().replace("_", "-")
    return Voice(f"piper/{model.stem}", language, "piper", said.audio.sample_rate, licence[:200])


def _beginning(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_DESCRIPTION_BYTES)
