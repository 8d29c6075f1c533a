"""espeak-ng, which speaks all languages, and flite, which speaks English more clearly."""

from pathlib import Path
from shutil import which

from audio.adapters.child import ChildOverran, Limits, run_child
from audio.application.ports import ProgramFailed, Voice

SPEAKING = Limits(seconds=30, cpu_seconds=20, file_bytes=64 * 1024 * 1024)
"""Two minutes of speech take less than a second; 64 MB are twenty minutes."""
_ESPEAK_RATE, _FLITE_RATE = 22_050, 16_000
_FLITE_WORDS_PER_MINUTE = 170
"""How fast flite speaks when it is told nothing."""
_FLITE_VOICES = {"slt": "en-us", "rms": "en-us", "awb": "en-gb-scotland", "kal16": "en-us"}


class Espeak:
    """GPL-3.0-or-later, a program of its own."""

    def __init__(self, limits: Limits = SPEAKING) -> None:
        self._limits = limits

    async def voices(self) -> list[Voice]:
        if which("espeak-ng") is None:
            return []
        ended = await run_child(("espeak-ng", "--voices"), Path("/"), self._limits)
        languages = sorted({line.split()[1] for line in ended.output.decode().splitlines()[1:] if line.split()[1:]})
        return [Voice(f"espeak-ng/{one}", one, "espeak-ng", _ESPEAK_RATE, "GPL-3.0-or-later") for one in languages]

    async def speak(self, text: str, voice: Voice, *, words_per_minute: int, wav: Path) -> None:
        command = ("espeak-ng", "-v", voice.language, "-s", str(words_per_minute), "-b", "1", "-w", wav.name, "-f")
        await run_engine(text, command, wav, self._limits)


class Flite:
    """Under a licence like BSD's, of Carnegie Mellon University."""

    def __init__(self, limits: Limits = SPEAKING) -> None:
        self._limits = limits

    async def voices(self) -> list[Voice]:
        if which("flite") is None:
            return []
        return [Voice(f"flite/{n}", lang, "flite", _FLITE_RATE, "MIT-CMU") for n, lang in _FLITE_VOICES.items()]

    async def speak(self, text: str, voice: Voice, *, words_per_minute: int, wav: Path) -> None:
        stretch = f"duration_stretch={_FLITE_WORDS_PER_MINUTE / words_per_minute:.3f}"
        name = voice.name.removeprefix("flite/")
        await run_engine(text, ("flite", "-voice", name, "--setf", stretch, "-o", wav.name, "-f"), wav, self._limits)


async def run_engine(text: str, command: tuple[str, ...], wav: Path, limits: Limits) -> None:
    """Let a program say a text, whose file is its last argument; raises ProgramFailed.

    On a command line everybody on the machine could read it.
    """
    written = _written(text, wav.with_suffix(".txt"))
    try:
        ended = await run_child((*command, written.name), wav.parent, limits)
    except ChildOverran as overran:
        raise ProgramFailed(str(overran)) from None
    finally:
        written.unlink()
    if ended.code != 0 or not _exists(wav):
        raise ProgramFailed(ended.errors.strip()[:200] or f"It ended with {ended.code}.")


def _exists(file: Path) -> bool:
    return file.exists()


def _written(text: str, file: Path) -> Path:
    file.write_text(text + "\n", encoding="utf-8")
    return file
