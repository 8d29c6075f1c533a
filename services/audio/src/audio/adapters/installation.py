"""The programs of this installation: what it can make, and who speaks here."""

import sys
from collections.abc import Mapping
from ctypes.util import find_library
from pathlib import Path

from audio.adapters.ffmpeg import Ffmpeg
from audio.adapters.piper import Piper
from audio.adapters.speech_programs import Espeak, Flite
from audio.application.ports import SpeechEngine


def transcoder(g729_program: Path | None) -> Ffmpeg:
    """ffmpeg, G.729 where its program is named, and G.726 at 40 kbit/s where spandsp is installed."""
    g729 = None if g729_program is None else (sys.executable, str(g729_program))
    spandsp = find_library("spandsp")
    g726 = None if spandsp is None else (sys.executable, "-I", "-m", "audio.adapters.g726_at_40", spandsp)
    return Ffmpeg(g729_program=g729, g726_program=g726)


def engines(piper_program: Path | None, piper_voices: Path | None) -> Mapping[str, SpeechEngine]:
    """Those that are asked, Piper where it is named; a missing program has no voices."""
    found: dict[str, SpeechEngine] = {"espeak-ng": Espeak(), "flite": Flite()}
    if piper_program is not None and piper_voices is not None:
        found["piper"] = Piper(piper_program, piper_voices)
    return found
