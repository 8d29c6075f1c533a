"""What a recording is wrapped in, told by its content alone, never by its name."""

import io
from typing import BinaryIO, Literal

from audio.domain.refusals import AudioRefused

Container = Literal["wav", "mp3", "flac", "ogg", "mp4", "webm", "adts"]

MAX_UPLOAD_BYTES = 20 * 1024 * 1024
"""Of a recording; ten minutes of stereo in CD quality compressed to FLAC have less."""
_ID3_HEADER_BYTES = 10
_MAX_ID3_TAGS = 4
"""Tags that stand one behind the other; taggers write one, careless ones two."""


def container_of(file: BinaryIO) -> Container:
    """The container of a recording; raises AudioRefused when it is none that is known, empty or too big."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_UPLOAD_BYTES:
        raise AudioRefused("audio_too_big", f"A recording has at most {MAX_UPLOAD_BYTES} bytes.")
    if found := _told_by(_beginning_after_tags(file)):
        return found
    raise AudioRefused("audio_undecodable", "This is no WAV, MP3, FLAC, OGG, M4A, AAC or WebM file.")


def _beginning_after_tags(file: BinaryIO) -> bytes:
    """The first bytes behind ID3 tags, which may hold megabytes of pictures."""
    at = 0
    for _ in range(_MAX_ID3_TAGS):
        file.seek(at)
        beginning = file.read(64)
        if not beginning.startswith(b"ID3") or len(beginning) < _ID3_HEADER_BYTES:
            return beginning
        at += _ID3_HEADER_BYTES + _syncsafe(beginning[6:10])
    return b""


def _syncsafe(four: bytes) -> int:
    """ID3v2: seven bits in each byte."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(four, (21, 14, 7, 0), strict=True))


def _told_by(beginning: bytes) -> Container | None:
    if beginning[:4] in {b"RIFF", b"RF64"} and beginning[8:12] == b"WAVE":
        return "wav"
    if beginning.startswith(b"fLaC"):
        return "flac"
    if beginning.startswith(b"OggS"):
        return "ogg"
    if beginning[4:8] == b"ftyp":
        return "mp4"
    if beginning.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    return _told_by_sync(beginning)


def _told_by_sync(beginning: bytes) -> Container | None:
    """MPEG audio and AAC have no magic number, just frames that begin with eleven ones."""
    if len(beginning) < 4 or beginning[0] != 0xFF or beginning[1] & 0xE0 != 0xE0:
        return None
    if beginning[1] & 0xF6 == 0xF0:
        return "adts"
    has_layer, has_rate = beginning[1] & 0x06 != 0, beginning[2] & 0x0C != 0x0C
    return "mp3" if has_layer and has_rate and beginning[2] & 0xF0 != 0xF0 else None
