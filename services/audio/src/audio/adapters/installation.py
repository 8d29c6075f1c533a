"""The programs of this installation: what it can make, and who speaks here."""

import sys
from collections.abc import Mapping
from pathlib import Path

from audio.adapters.ffmpeg import Ffmpeg
from audio.adapters.speech_programs import Espeak, Flite
from audio.application.ports import SpeechEngine


def transcoder(g729_program: Path | None) -> Ffmpeg:
    """ffmpeg, and G.729 where its program is named."""
    return Ffmpeg(g729_program=None if g729_program is None else (sys.executable, str(g729_program)))


def engines() -> Mapping[str, SpeechEngine]:
    """Those that are always asked; a missing program has no voices."""
    return {"espeak-ng": Espeak(), "flite": Flite()}
