"""What a file is, is told by its content; of a picture only the picture is kept."""

import gzip
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from rma.adapters.file_types import FileNotTaken, PictureBroken, known_file
from tests.support.rma.pictures import SECRET, a_picture


def kept(content: bytes) -> tuple[str, bytes]:
    known = known_file(BytesIO(content))
    with known.file as file:
        file.seek(0)
        found = file.read()
    assert len(found) == known.size
    return known.media_type, found


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/png"), ("GIF", "image/png")],
)
def test_a_picture_is_drawn_anew_without_its_metadata(kind: str, media_type: str) -> None:
    assert SECRET in a_picture(kind)

    found, content = kept(a_picture(kind))

    assert found == media_type
    assert SECRET not in content
    with Image.open(BytesIO(content)) as picture:
        assert picture.size == (64, 48)
        red, green, blue = picture.convert("RGB").crop((5, 5, 6, 6)).tobytes()
    assert red > 200 > green + blue
    assert kept(a_picture(kind)) == (found, content)


def test_what_hangs_behind_a_picture_is_gone() -> None:
    assert b"<script>" not in kept(a_picture("PNG") + b"<script>")[1]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("Gerät aus.\n\tTemperatur 90°\x1b[0m".encode(), "text/plain; charset=utf-8"),
        (b"%PDF-1.7\n", "application/pdf"),
        (gzip.compress(b"log", mtime=0), "application/gzip"),
        (b"PK\x03\x04...", "application/zip"),
        (b"<html><script>alert(1)</script></html>", "text/plain; charset=utf-8"),
    ],
)
def test_other_files_stay_as_they_are(content: bytes, media_type: str) -> None:
    assert kept(content) == (media_type, content)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00", b"\x7fELF", b"text\x00", b"\xff\xfe\x00", b"caf\xe9", "Ä".encode()[:1], b"BM" + b"\x00" * 60],
)
def test_what_is_none_of_them_is_not_taken(content: bytes) -> None:
    with pytest.raises(FileNotTaken):
        kept(content)


def test_half_a_picture_is_broken() -> None:
    with pytest.raises(PictureBroken):
        kept(a_picture("PNG", (400, 300))[:150])


def test_a_small_file_that_claims_a_huge_picture_is_not_drawn() -> None:
    with pytest.raises(PictureBroken):
        kept(a_bomb(30_000, 30_000))


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that unpacks to a gigabyte."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    row = zlib.compress(bytes((width + 1) * 100))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", row) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
