"""Recordings for the tests of audio, made and read without any of the code under test."""

import math
import struct
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from subprocess import run


def sine(hertz: float, seconds: float, rate: int, level: float = 0.25) -> list[float]:
    return [level * math.sin(2 * math.pi * hertz * at / rate) for at in range(round(seconds * rate))]


def sweep(low: float, high: float, seconds: float, rate: int, level: float = 0.25) -> list[float]:
    """A tone that rises from one frequency to another, evenly."""
    rise = (high - low) / seconds / 2
    times = (at / rate for at in range(round(seconds * rate)))
    return [level * math.sin(2 * math.pi * (low + rise * time) * time) for time in times]


def music(seconds: float, rate: int, level: float = 0.9) -> list[float]:
    """Noise with beats: loud and quiet, far from speech."""
    rolled = Random(12)
    beat = rate // 2
    return [
        level * rolled.uniform(-1, 1) * (0.1 + 0.9 * (at % beat < beat // 4)) for at in range(round(seconds * rate))
    ]


def wav(samples: Iterable[float], rate: int, *, channels: int = 1) -> bytes:
    """16-bit PCM; with several channels each has all samples."""
    frames = array("h", [round(sample * 32767) for sample in samples for _ in range(channels)])
    return wav_of(frames.tobytes(), rate, bits=16, channels=channels)


def wav_of(data: bytes, rate: int, *, bits: int, channels: int = 1, kind: int = 1, says: int | None = None) -> bytes:
    """Raw data with a header; `kind` 3 is float, `says` is a length that the header claims."""
    size, block = len(data) if says is None else says, channels * bits // 8
    fmt = struct.pack("<HHIIHH", kind, channels, rate, min(rate * block, 2**32 - 1), block, bits)
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(36 + size, 2**32 - 1)) + b"WAVE" + chunks


def wav_samples(file: Path) -> "array[int]":
    """The samples of a WAV file of 16 bit mono with the plainest header."""
    return array("h", file.read_bytes()[44:])


def floats(file: Path) -> "array[float]":
    """The samples of a master."""
    return array("f", file.read_bytes())


def signal_to_noise(said: Sequence[float], heard: Sequence[float], *, delay: int = 0) -> float:
    """In dB, over what both have."""
    pairs = list(zip(said, heard[delay:], strict=False))
    noise = sum((a - b) ** 2 for a, b in pairs)
    return 10 * math.log10(sum(a * a for a, _ in pairs) / noise) if noise else math.inf


def frequency(samples: Sequence[float], rate: int) -> float:
    """Hz, by rising zero crossings between the first and the last."""
    rising = [at for at in range(1, len(samples)) if samples[at - 1] < 0 <= samples[at]]
    return (len(rising) - 1) * rate / (rising[-1] - rising[0])


def ffmpeg(folder: Path, *arguments: str) -> str:
    """Run ffmpeg itself, as a stranger would, and give back what it says."""
    command = ("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y", *arguments)
    return run(command, cwd=folder, capture_output=True, check=True, text=True).stderr
