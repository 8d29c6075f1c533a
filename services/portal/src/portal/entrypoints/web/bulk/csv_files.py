"""CSV files as spreadsheets write and read them: what a file says, and one that a spreadsheet opens without harm."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from licensing_client.order_file import parted
from portal.entrypoints.web.words import Words

MAX_KB = 128
MAX_BYTES = MAX_KB * 1024
"""Of a file, which goes along in the form that confirms it: a line of 500 may have 250 characters and why it failed."""
MAX_LINES = 500
"""Lines with something in them, below the head; more are several files, or a program with the API."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A spreadsheet may take a cell that begins so for a formula, by a full-width sign too."""
QUOTE = "'"
"""Before such a cell it says that this is text (OWASP, CSV injection)."""
MARK = "\ufeff"
"""By it a spreadsheet knows UTF-8."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class FileWrong(Exception):  # noqa: N818 - states the world
    """A file that can't be used; the message is a sentence for its owner."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The columns by their names in lower case, and the lines that say something, by their number in the file."""

    text: str
    separator: str
    columns: tuple[str, ...]
    lines: tuple[tuple[int, dict[str, str]], ...]


def decoded(content: bytes, _: Words) -> str:
    """A file as text: UTF-8, UTF-16 with its mark, or else what spreadsheets in Europe write. Raises FileWrong."""
    if len(content) > MAX_BYTES * (2 if content.startswith(_UTF16) else 1):
        raise too_big(_)
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str, _: Words, *, most_bytes: int = MAX_BYTES) -> CsvFile:
    """What a text in the form of CSV says; raises FileWrong."""
    if len(text.encode()) > most_bytes:
        raise too_big(_)
    if "\0" in text:
        raise FileWrong(_("This is no text. Save the table as CSV, not as a workbook."))
    rows, separator, first = parted(text.removeprefix(MARK))
    reader, lines = csv.reader(rows, delimiter=separator, strict=True), list[tuple[int, dict[str, str]]]()
    try:
        columns = _columns(next(reader, []), _)
        for cells in reader:
            number = first + reader.line_num - 1
            said = [_plain(cell) for cell in cells]
            if any(said[len(columns) :]):
                raise FileWrong(_("Line {line} has more cells than the head has columns.", line=number))
            if any(said):
                lines.append((number, dict(zip(columns, said, strict=False))))
            if len(lines) > MAX_LINES:
                raise too_big(_)
    except csv.Error:
        number = first + reader.line_num - 1
        raise FileWrong(_("Line {line} is no line of CSV: a quotation mark is left open.", line=number)) from None
    if not lines:
        raise FileWrong(_("There is a head, but no line below it."))
    return CsvFile(text, separator, columns, tuple(lines))


def written(columns: Sequence[str], lines: Iterable[Mapping[str, str]], separator: str) -> str:
    """A table that `read` reads again, and in which a spreadsheet finds no formula."""
    return lines_of(columns, [dict(zip(columns, columns, strict=True)), *lines], separator)


def lines_of(columns: Sequence[str], lines: Iterable[Mapping[str, str]], separator: str) -> str:
    """Lines of such a table, without its head."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    table.writerows([_harmless(line.get(name, "")) for name in columns] for line in lines)
    return text.getvalue()


def separator_of(_: Words) -> str:
    """What stands between cells where the reader's spreadsheet is at home."""
    return ";" if _.language == "de" else ","


def too_big(_: Words) -> FileWrong:
    """Says how much a file may have."""
    most = _("A file has at most {lines} lines and {size} kB. Make several files of it.", lines=MAX_LINES, size=MAX_KB)
    return FileWrong(most)


def _columns(head: Sequence[str], _: Words) -> tuple[str, ...]:
    names = [_plain(name).lower() for name in head]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise FileWrong(_("The first line has to name the columns. Take the example file."))
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise FileWrong(_("The column «{name}» is there twice.", name=twice))
    return tuple(names)


def _plain(cell: str) -> str:
    """What a cell says, without the mark of one that was written here."""
    said = cell.strip()
    return said[1:] if said.startswith(QUOTE) and said[1:].startswith(FORMULA) else said


def _harmless(cell: str) -> str:
    return QUOTE + cell if cell.startswith(FORMULA) else cell
