"""What a file is, told by its content alone; pictures are drawn anew, so that nothing but the picture is kept."""

import io
from codecs import getincrementaldecoder
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from PIL import Image, ImageOps, UnidentifiedImageError

SPOOLED_BYTES = 1024 * 1024
"""Files up to this size stay in memory while they are looked at."""
MAX_PIXELS = 50_000_000
"""Of a picture, in memory 200 MB; a small file may claim far more."""
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/png", "GIF": "image/png"}
"""The pictures that are taken, and what they are kept as: of those that move, the first picture."""
_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b\x08": "application/gzip",
}
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\x1b")) + b"\x7f"
"""What no log file has; terminals write colours with escape."""

Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is asked for before a pixel is drawn


class FileNotTaken(Exception):  # noqa: N818 - states the world
    """It is none of the kinds of files that are kept."""


class PictureBroken(Exception):  # noqa: N818 - states the world
    """It begins as a picture does, and is none, or one with too many pixels."""


class KnownFile(NamedTuple):
    """A file as it is kept."""

    media_type: str
    file: BinaryIO
    size: int


def known_file(file: BinaryIO) -> KnownFile:
    """The file as it is kept; raises FileNotTaken or PictureBroken. It takes the time of drawing a picture."""
    file.seek(0)
    beginning = file.read(16)
    if found := next((kind for begin, kind in _BEGINNINGS.items() if beginning.startswith(begin)), None):
        return _as_it_is(found, file)
    file.seek(0)
    try:
        with Image.open(file, formats=tuple(PICTURES)) as picture:
            return _drawn_anew(picture)
    except UnidentifiedImageError:
        pass
    except (OSError, ValueError, SyntaxError, MemoryError):
        raise PictureBroken from None
    if not _is_text(file):
        raise FileNotTaken
    return _as_it_is("text/plain; charset=utf-8", file)


def _drawn_anew(picture: Image.Image) -> KnownFile:
    """The picture without place, camera, thumbnail and comment; turned as its metadata said."""
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureBroken
    media_type, turned = PICTURES[picture.format or ""], ImageOps.exif_transpose(picture)
    out = cast("BinaryIO", SpooledTemporaryFile(SPOOLED_BYTES))  # noqa: SIM115 - whoever keeps it closes it
    if media_type == "image/jpeg":
        _bare(turned.convert("RGB")).save(out, "JPEG", quality=90)
    else:
        has_alpha = "A" in turned.getbands() or "transparency" in turned.info
        _bare(turned.convert("RGBA" if has_alpha else "RGB")).save(out, "PNG")
    return _as_it_is(media_type, out)


def _bare(picture: Image.Image) -> Image.Image:
    """Its pixels and nothing else."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _is_text(file: BinaryIO) -> bool:
    """Whether it is UTF-8 without controls."""
    file.seek(0)
    decode = getincrementaldecoder("utf-8")().decode
    try:
        while piece := file.read(64 * 1024):
            decode(piece)
            if piece.translate(None, _CONTROLS) != piece:
                return False
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _as_it_is(media_type: str, file: BinaryIO) -> KnownFile:
    return KnownFile(media_type, file, file.seek(0, io.SEEK_END))
