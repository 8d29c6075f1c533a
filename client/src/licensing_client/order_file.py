"""Order files as spreadsheets write them: which keys they ask for, row by row."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licensing_client.api import CommandLine

ROW_COLUMNS = ("order_number", "customer_reference", "licenses", "quantity")
MAX_QUANTITY = 100_000
SEPARATORS = (",", ";", "\t")
"""A comma, what Excel writes where the comma parts decimals, and what it calls Unicode text."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class OrderFileWrong(Exception):  # noqa: N818 - states the world
    """The order file, or the file with the keys, cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key to be issued: the `number`th of the row at `line` of the order file."""

    line: int
    number: int
    row: dict[str, str]
    licenses: tuple[tuple[str, int], ...]

    def command(self) -> CommandLine:
        """The command for it: the same row at the same place of an order file is the same key."""
        name = f"{self.line}\n{self.number}\n{json.dumps(self.row, sort_keys=True)}"
        wanted = [{"license_type": license_type, "count": count} for license_type, count in self.licenses]
        command: dict[str, Any] = {
            "name": "issue-activation-key",
            "order_number": self.row["order_number"],
            "licenses": wanted,
        }
        if self.row["customer_reference"]:
            command["customer_reference"] = self.row["customer_reference"]
        digest = hashlib.sha256(f"licensing/order/v1\n{name}".encode()).hexdigest()
        return {"idempotency_key": f"order-{digest[:60]}", "command": command}

    def place(self) -> tuple[str, ...]:
        """What the file with the keys says of it, before the key."""
        return (*(self.row[name] for name in ROW_COLUMNS), str(self.number))


def read_text(path: Path) -> str:
    """The order file as text: UTF-8, or UTF-16 that begins with its mark. Raises OrderFileWrong."""
    content = path.read_bytes()
    wrong = 'the order file is not UTF-8; save it in the spreadsheet as "CSV UTF-8"'
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise OrderFileWrong(f"{wrong} (line {line})") from None
    if "\0" in text:
        raise OrderFileWrong(wrong)
    return text


def keys_of(text: str) -> Iterator[Key]:
    """The keys that an order file asks for; raises OrderFileWrong."""
    lines, separator, first_line = parted(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = first_line
    try:
        columns = _columns(next(reader, []))
        for fields in reader:
            line = first_line + reader.line_num - 1
            if any(field.strip() for field in fields):
                yield from _keys(line, _row(columns, fields))
    except (ValueError, csv.Error) as error:
        raise OrderFileWrong(f"line {line} of the order file: {error}") from None


def parted(text: str) -> tuple[io.StringIO, str, int]:
    """The lines from the header on, what parts their fields, and the header's place in the file."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(separator := first[4:].rstrip("\r")) == 1:
        return io.StringIO(rest, newline=""), separator, 2
    return io.StringIO(text, newline=""), max(SEPARATORS, key=first.count), 1


def _columns(header: Sequence[str]) -> list[str]:
    columns = [name.strip() for name in header]
    if missing := {"order_number", "licenses"} - set(columns):
        raise OrderFileWrong(f"the order file has no column {', '.join(sorted(missing))}")
    if twice := [name for name in ROW_COLUMNS if columns.count(name) > 1]:
        raise OrderFileWrong(f"the order file has the column {twice[0]} twice")
    return columns


def _row(columns: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    if len(fields) > len(columns):
        raise ValueError(
            f"it has {len(fields)} fields, but there are {len(columns)} columns; "
            "a number has no thousands separator, and a text with a separator stands in quotes"
        )
    said = dict(zip(columns, fields, strict=False))  # spreadsheets leave empty fields at the end out
    row = {name: said.get(name, "").strip() for name in ROW_COLUMNS}
    return row | {"quantity": row["quantity"] or "1"}


def _keys(line: int, row: dict[str, str]) -> Iterator[Key]:
    licenses, quantity = _licenses(row["licenses"]), _quantity(row["quantity"])
    for number in range(1, quantity + 1):
        yield Key(line, number, row, licenses)


def _licenses(text: str) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for part in text.replace(";", " ").split():
        license_type, _, count = part.partition("=")
        if not license_type or not count.isdecimal():
            raise ValueError(f"{part!r} is not such as Port11=50")
        found.append((license_type, int(count)))
    if not found:
        raise ValueError("it names no licenses")
    return tuple(found)


def _quantity(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_QUANTITY:
        raise ValueError(f"the quantity {text!r} is not a number from 1 to {MAX_QUANTITY}")
    return int(text)
