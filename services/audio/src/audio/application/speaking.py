"""From a sentence to a recording, which is then converted as any other."""

import asyncio
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

from audio.application.ports import SpeechEngine, Voice
from audio.domain.refusals import AudioRefused
from audio.domain.speech import Part, Pause, Say, parts_of

WORDS_PER_MINUTE = range(80, 301)
"""As fast as can be understood."""
USUAL_WORDS_PER_MINUTE = 160


async def voices_of(engines: Mapping[str, SpeechEngine]) -> list[Voice]:
    """All voices of this installation, by language."""
    found = [voice for engine in engines.values() for voice in await engine.voices()]
    return sorted(found, key=lambda voice: (voice.language, voice.name))


async def speak(
    engines: Mapping[str, SpeechEngine], text: str, *, voice: str, words_per_minute: int, folder: Path
) -> Path:
    """A WAV file in the folder; raises AudioRefused for text and voice, ProgramFailed for the engine."""
    if words_per_minute not in WORDS_PER_MINUTE:
        raise AudioRefused(
            "text_invalid", f"Speech has {WORDS_PER_MINUTE.start} to {WORDS_PER_MINUTE.stop - 1} words/minute."
        )
    parts = parts_of(text)
    chosen = next((each for each in await voices_of(engines) if each.name == voice), None)
    if chosen is None:
        raise AudioRefused("voice_unknown", "There is no such voice here; ask which there are.")
    said: list[Path | Pause] = []
    for at, part in enumerate(parts):
        said.append(await _said(engines[chosen.engine], part, chosen, words_per_minute, folder / f"part{at}.wav"))
    spoken = folder / "spoken.wav"
    await asyncio.to_thread(_join, said, chosen.rate, spoken)
    return spoken


async def _said(engine: SpeechEngine, part: Part, voice: Voice, words_per_minute: int, wav: Path) -> Path | Pause:
    match part:
        case Pause():
            return part
        case Say(text):
            await engine.speak(text, voice, words_per_minute=words_per_minute, wav=wav)
            return wav


def _join(said: Sequence[Path | Pause], rate: int, spoken: Path) -> None:
    """One after the other, each pause as long as it is told."""
    with wave.open(str(spoken), "wb") as whole:
        whole.setparams((1, 2, rate, 0, "NONE", ""))
        for part in said:
            whole.writeframes(
                bytes(2 * (part.milliseconds * rate // 1000)) if isinstance(part, Pause) else _taken(part)
            )


def _taken(wav: Path) -> bytes:
    with wave.open(str(wav), "rb") as part:
        frames = part.readframes(part.getnframes())
    wav.unlink()
    return frames
