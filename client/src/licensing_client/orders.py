"""`ledger-orders`: issues the activation keys of an order file, and writes them out as they come.

Every key has an idempotency key that follows from its row and its place in the file, and answers are written in the
order of the file: so the same command, run again after whatever went wrong, goes on behind the last key written, and
even without that file it gives the same keys again.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import httpx

from licensing_client.client import Client, CommandAnswer, CommandLine
from licensing_client.transport import Problem

COLUMNS = ("order_number", "customer_reference", "licenses", "quantity", "number", "activation_key", "sequence")
"""Of the file with the keys; `number` counts the keys of one row of the order file."""
BATCH_KEYS = 500
"""Keys of one request: so many are at stake when a connection breaks, and are asked for again."""
MAX_QUANTITY = 100_000
ATTEMPTS, FIRST_PAUSE_SECONDS = 8, 0.5
"""A batch is tried again while the service is away, with a doubled pause each time: two minutes in all."""
UNAVAILABLE = 503


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
        return (*(self.row[name] for name in COLUMNS[:4]), str(self.number))


def keys_of(file: TextIO) -> Iterator[Key]:
    """The keys that an order file asks for; raises OrderFileWrong."""
    reader = csv.DictReader(file, strict=True)
    missing = {"order_number", "licenses"} - set(reader.fieldnames or ())
    if missing:
        raise OrderFileWrong(f"the order file has no column {', '.join(sorted(missing))}")
    try:
        for raw in reader:
            row = {name: (raw.get(name) or "").strip() for name in COLUMNS[:4]}
            row["quantity"] = row["quantity"] or "1"
            licenses, quantity = _licenses(row["licenses"]), _quantity(row["quantity"])
            for number in range(1, quantity + 1):
                yield Key(reader.line_num, number, row, licenses)
    except (ValueError, csv.Error) as error:
        raise OrderFileWrong(f"line {reader.line_num} of the order file: {error}") from None


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


class KeyFile:
    """The file with the keys. Rows are added in the order of the order file; a row that was cut off is dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places = self._read()

    @property
    def count(self) -> int:
        """How many keys it has."""
        return len(self._places)

    def skip(self, keys: Iterator[Key]) -> None:
        """Go past the keys that it has; raises OrderFileWrong if they are not those of the order file."""
        for number, place in enumerate(self._places, 2):
            key = next(keys, None)
            if key is None or key.place() != place:
                raise OrderFileWrong(f"line {number} of {self._path.name} is of another order file; name another file")

    def add(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Write rows; they are on the disk when this returns."""
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> list[tuple[str, ...]]:
        if not self._path.exists():
            self._path.touch(mode=0o600)
            self.add([COLUMNS])
            return []
        text = self._path.read_bytes()
        whole = text[: text.rfind(b"\r\n") + 2] if b"\r\n" in text else b""
        os.truncate(self._path, len(whole))
        rows = list(csv.reader(whole.decode("utf-8").splitlines()))
        if not rows:
            self.add([COLUMNS])
        elif tuple(rows[0]) != COLUMNS:
            raise OrderFileWrong(f"{self._path.name} is no file of keys; name another one")
        return [tuple(row[:5]) for row in rows[1:]]


def issue(client: Client, orders: Path, keys_path: Path, say: TextIO) -> int:
    """Issue what is not issued yet; how many keys the file has at the end. Raises OrderFileWrong or Problem."""
    with orders.open(newline="", encoding="utf-8-sig") as file:
        total = sum(1 for _ in keys_of(file))
        file.seek(0)
        done, keys = KeyFile(keys_path), keys_of(file)
        done.skip(keys)
        count, began = done.count, time.monotonic()
        start = count
        while batch := list(islice(keys, BATCH_KEYS)):
            for rows in _issued(client, batch):
                done.add(rows)
                count += len(rows)
                rate = (count - start) / max(time.monotonic() - began, 0.001)
                say.write(f"\r{count} of {total} keys, {rate:.0f} a second")
                say.flush()
    say.write("\n" if total else "")
    return count


def _issued(client: Client, batch: Sequence[Key]) -> Iterator[list[tuple[str, ...]]]:
    """The rows of a batch, in portions as they come; asked again for what is missing while the service is away."""
    waiting, pause = list(batch), FIRST_PAUSE_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        rows: list[tuple[str, ...]] = []
        try:
            for key, answer in zip(waiting, client.send_commands([key.command() for key in waiting]), strict=False):
                if answer["status"] == UNAVAILABLE:
                    break
                rows.append((*key.place(), *_told(key, answer)))
        except (httpx.TransportError, Problem) as error:
            if attempt == ATTEMPTS or (isinstance(error, Problem) and error.status != UNAVAILABLE):
                raise
        finally:
            if rows:
                yield rows
        waiting = waiting[len(rows) :]
        if not waiting:
            return
        time.sleep(pause)
        pause *= 2
    raise Problem(
        UNAVAILABLE, {"code": "service_unavailable", "detail": "The service stays away; run this again later."}
    )


def _told(key: Key, answer: CommandAnswer) -> tuple[str, str]:
    if "answer" not in answer:
        problem = answer.get("problem", {})
        raise OrderFileWrong(f"line {key.line} of the order file: {problem.get('code')}: {problem.get('detail')}")
    return str(answer["answer"]["activation_key"]), str(answer["answer"]["sequence"])


def main() -> int:
    """Console script."""
    parser = argparse.ArgumentParser(prog="ledger-orders", description="Issue the activation keys of an order file.")
    parser.add_argument("orders", type=Path, help="CSV: order_number, customer_reference, licenses, quantity")
    parser.add_argument("--keys", type=Path, required=True, help="where the keys go; the same file again to go on")
    parser.add_argument("--api", required=True, help="address of the API")
    parser.add_argument("--token-file", type=Path, required=True, help="has the bearer token; read for each request")
    said = parser.parse_args()
    try:
        with Client(said.api, lambda: str(said.token_file.read_text().strip())) as client:
            count = issue(client, said.orders, said.keys, sys.stderr)
    except (OrderFileWrong, Problem, httpx.TransportError, OSError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    sys.stdout.write(f"{count} keys in {said.keys}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
