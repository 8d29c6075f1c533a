"""A folder with a spoken sentence, and what converts it."""

from pathlib import Path
from subprocess import run

import pytest

from audio.adapters import installation
from audio.adapters.ffmpeg import Ffmpeg
from dev.stack.settings import G729_PROGRAM
from tests.support.recordings import ffmpeg

SENTENCE = "Welcome. Please hold the line, the next free agent takes your call."


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spoken sentence as WAV at 22.05 kHz."""
    folder = tmp_path_factory.mktemp("spoken")
    run(("espeak-ng", "-w", "sentence.wav", SENTENCE), cwd=folder, check=True)
    return folder / "sentence.wav"


@pytest.fixture(scope="session")
def spoken_master(sentence: Path) -> Path:
    """The sentence as a master, made by ffmpeg alone."""
    how = ("-v", "error", "-i", sentence.name, "-ar", "16000", "-ac", "1", "-f", "f32le", "master.f32")
    ffmpeg(sentence.parent, *how)
    return sentence.parent / "master.f32"


@pytest.fixture
def transcoder() -> Ffmpeg:
    return installation.transcoder(G729_PROGRAM)
