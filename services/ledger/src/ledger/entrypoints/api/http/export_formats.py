"""Rows as CSV, JSON Lines or Parquet, batch by batch."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.application.queries.exports import Batch, Column

Format = Literal["csv", "jsonl", "parquet"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


class Writer(Protocol):
    """Makes the bytes of a table in pieces; `end` has the last of them."""

    def rows(self, batch: Batch) -> bytes: ...
    def end(self) -> bytes: ...


class Csv:
    """RFC 4180 with a header; times as in RFC 3339; None as an empty field."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._head: list[Sequence[Any]] = [[column.name for column in columns]]
        self._times = _times(columns)

    def rows(self, batch: Batch) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows([*self._head, *(_plain(row, self._times) for row in batch)])
        self._head = []
        return text.getvalue().encode()

    def end(self) -> bytes:
        return b""


class JsonLines:
    """One object a row."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._times = _times(columns)

    def rows(self, batch: Batch) -> bytes:
        lines = (json.dumps(dict(zip(self._names, _plain(row, self._times), strict=True))) for row in batch)
        return "".join(f"{line}\n" for line in lines).encode()

    def end(self) -> bytes:
        return b""


class Parquet:
    """Parquet, a row group for several batches; its index comes at the end, so only the index grows with the rows."""

    GROUP_ROWS = 50_000

    def __init__(self, columns: Sequence[Column]) -> None:
        kinds = {"integer": pa.int64(), "text": pa.string(), "time": pa.timestamp("us", tz="UTC")}
        self._schema = pa.schema(
            [pa.field(column.name, kinds[column.kind], nullable=column.optional) for column in columns]
        )
        self._sink = io.BytesIO()
        self._writer = pq.ParquetWriter(_Pipe(self._sink), self._schema)
        self._waiting: list[Any] = []

    def rows(self, batch: Batch) -> bytes:
        if batch:
            columns = [list(column) for column in zip(*batch, strict=True)]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        if sum(one.num_rows for one in self._waiting) >= self.GROUP_ROWS:
            self._write_group()
        return self._taken()

    def end(self) -> bytes:
        self._write_group()
        self._writer.close()
        return self._taken()

    def _write_group(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
            self._waiting = []

    def _taken(self) -> bytes:
        taken = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return taken


class _Pipe:
    """A write-only file whose bytes are drained meanwhile; `tell` still counts all of them."""

    closed = False

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink
        self._written = 0

    def write(self, piece: Any) -> int:
        count = self._sink.write(piece)
        self._written += count
        return count

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing waits in here."""

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


WRITERS: dict[Format, Callable[[Sequence[Column]], Writer]] = {"csv": Csv, "jsonl": JsonLines, "parquet": Parquet}


def _times(columns: Sequence[Column]) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(columns) if column.kind == "time")


def _plain(row: Sequence[Any], times: tuple[int, ...]) -> list[Any]:
    plain = list(row)
    for place in times:
        plain[place] = _rfc3339(plain[place])
    return plain


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
