"""Many announcements at once: an archive of recordings, or a table of names and sentences."""

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from audio.domain.containers import MAX_UPLOAD_BYTES, container_of
from audio.domain.names import announcement_name
from audio.domain.refusals import AudioRefused

MAX_BATCH_BYTES = 100 * 1024 * 1024
"""Of a batch as it is sent."""
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
"""Of all recordings in an archive together: unpacked one after the other."""
MAX_TABLE_BYTES = 1024 * 1024
"""Of names and sentences."""
MAX_ANNOUNCEMENTS = 100
"""In a batch; a house has forty."""
_PIECE_BYTES = 256 * 1024
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 1
_HEADINGS = ("name", "sentence")
# zipfile raises NotImplementedError for a way of compression that it does not have.
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)


def is_archive(file: BinaryIO) -> bool:
    """Whether it is a ZIP archive, by its content."""
    file.seek(0)
    return file.read(2) == b"PK"


def recordings_in(archive: BinaryIO, scratch: BinaryIO) -> list[str]:
    """The members, all of which are recordings; raises AudioRefused for the first that is none.

    Each is unpacked once into the scratch file.
    """
    members, total = _members(archive), 0
    names = [_name(member, name_of(member)) for member in members]
    _once(names)
    for member in members:
        total += unpack(archive, member, scratch)
        if total > MAX_UNPACKED_BYTES:
            raise _invalid(f"Unpacked, a batch has at most {MAX_UNPACKED_BYTES} bytes.")
        _container(member, scratch)
    return members


def name_of(member: str) -> str:
    """What the announcement of a member is called: its file name without folders and extension."""
    return _file_name(member).rsplit(".", 1)[0]


def unpack(archive: BinaryIO, member: str, into: BinaryIO) -> int:
    """Write a member of the archive, which may say what it likes of its size; how many bytes that were."""
    size = into.seek(0)
    into.truncate()
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as source:
            while piece := source.read(_PIECE_BYTES):
                size += len(piece)
                if size > MAX_UPLOAD_BYTES:
                    raise _invalid(f"{_shown(member)} has more than {MAX_UPLOAD_BYTES} bytes.")
                into.write(piece)
    except _BROKEN:
        raise _invalid(f"{_shown(member)} can't be unpacked.") from None
    return size


def sentences_in(table: bytes) -> list[tuple[str, str]]:
    """Name and sentence of each line of a table in CSV, UTF-8, with commas or semicolons; raises AudioRefused."""
    if len(table) > MAX_TABLE_BYTES:
        raise _invalid(f"A table has at most {MAX_TABLE_BYTES} bytes.")
    try:
        text = table.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _invalid("A batch is a ZIP archive of recordings, or a table in CSV (UTF-8).") from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != _HEADINGS:
        raise _invalid("The first line of the table is: name,sentence")
    found = [(row[0].strip(), row[1].strip()) for row in rows[1:] if len(row) == len(_HEADINGS)]
    if len(found) != len([row for row in rows[1:] if row]) or not 0 < len(found) <= MAX_ANNOUNCEMENTS:
        raise _invalid(f"The table has 1 to {MAX_ANNOUNCEMENTS} lines of a name and a sentence.")
    _once([_name(name, name) for name, _ in found])
    return found


def _members(archive: BinaryIO) -> list[str]:
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir() and not _is_noise(info.filename)]
    except _BROKEN:
        raise _invalid("The archive is broken.") from None
    if not 0 < len(infos) <= MAX_ANNOUNCEMENTS:
        raise _invalid(f"A batch has 1 to {MAX_ANNOUNCEMENTS} recordings.")
    if any(info.flag_bits & _ENCRYPTED or info.compress_type not in _COMPRESSIONS for info in infos):
        raise _invalid("The archive is encrypted, or packed in a way that is not known here.")
    return [info.filename for info in infos]


def _is_noise(member: str) -> bool:
    """What file managers add."""
    return member.startswith("__MACOSX/") or _file_name(member).startswith(".")


def _file_name(member: str) -> str:
    return member.rsplit("/", 1)[-1]


def _container(member: str, content: BinaryIO) -> None:
    try:
        container_of(content)
    except AudioRefused as refused:
        raise _invalid(f"{_shown(member)}: {refused.reason}") from None


def _name(where: str, name: str) -> str:
    try:
        return announcement_name(name)
    except AudioRefused as refused:
        raise _invalid(f"{_shown(where)}: {refused.reason}") from None


def _once(names: Sequence[str]) -> None:
    if len({name.lower() for name in names}) != len(names):
        raise _invalid("Two announcements have the same name.")


def _delimiter(text: str) -> str:
    """Tables of European offices have semicolons."""
    return ";" if ";" in text.split("\n", 1)[0] else ","


def _shown(member: str) -> str:
    return repr(member[:60])


def _invalid(reason: str) -> AudioRefused:
    return AudioRefused("batch_invalid", reason)
