"""The file with the keys of an order: rows are only ever added to a file that is known to be of that order."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from licensing_client.order_file import ROW_COLUMNS, Key, OrderFileWrong

COLUMNS = (*ROW_COLUMNS, "number", "activation_key", "sequence")
"""`number` counts the keys of one row of the order file."""
_ROW_END = b"\r\n"


class KeyFile:
    """The file with the keys. Rows are added in the order of the order file; a row that was cut off is dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0

    @property
    def count(self) -> int:
        """How many keys it has."""
        return self._count

    def begin(self, keys: Iterator[Key]) -> Iterator[Key]:
        """Be ready for rows; the keys that it does not have yet.

        Raises OrderFileWrong, and leaves the file as it is, unless all of it is what this program writes for `keys`.
        """
        content, head = self._content(), _lines([COLUMNS])
        if not content:
            self._path.touch(mode=0o600)
            self._write(head)
            return keys
        if not content.startswith(head):
            raise OrderFileWrong(f"{self._path.name} is no file of keys as this program writes it; name another file")
        rows, cut = content[: content.rfind(_ROW_END) + 2], content[content.rfind(_ROW_END) + 2 :]
        self._skip(rows, keys)
        following = next(keys, None)
        self._drop(cut, len(rows), following)
        return chain([following] if following else [], keys)

    def add(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Write rows; they are on the disk when this returns."""
        self._write(_lines(rows))
        self._count += len(rows)

    def _content(self) -> bytes:
        return self._path.read_bytes() if self._path.exists() else b""

    def _skip(self, content: bytes, keys: Iterator[Key]) -> None:
        try:
            rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error):
            rows = []
        if _lines(rows) != content:
            raise OrderFileWrong(f"{self._path.name} was changed since this program wrote it; name another file")
        for number, row in enumerate(rows[1:], 2):
            key = next(keys, None)
            if key is None or key.place() != tuple(row[:-2]):
                raise OrderFileWrong(f"line {number} of {self._path.name} is of another order file; name another file")
            self._count += 1

    def _drop(self, cut: bytes, length: int, following: Key | None) -> None:
        """Take away the row that was cut off, if it is that of the following key."""
        if not cut:
            return
        place = _lines([following.place()])[:-2] + b"," if following else b""
        same = min(len(place), len(cut))
        if cut[:same] != place[:same] or not place or b"\n" in cut[same:]:
            raise OrderFileWrong(f"the last line of {self._path.name} is of another order file; name another file")
        os.truncate(self._path, length)

    def _write(self, content: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
