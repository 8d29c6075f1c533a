"""Tables as CSV, JSON Lines and Parquet say the same."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest

from ledger.application.queries.exports import Column
from ledger.entrypoints.api.http.export_formats import MEDIA_TYPES, WRITERS, Format, Parquet
from runtime.web.content_negotiation import negotiate

COLUMNS = (
    Column("sequence", "integer"),
    Column("account", "text"),
    Column("balance", "integer", optional=True),
    Column("time", "time"),
)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROWS: list[tuple[Any, ...]] = [(1, "issuance", None, NOON), (2, 'a "quoted", one', 7, NOON), (3, "ü", 2**40, NOON)]


def written(form: Format, *batches: list[tuple[Any, ...]]) -> bytes:
    writer = WRITERS[form](COLUMNS)
    return b"".join([writer.rows(batch) for batch in batches]) + writer.end()


def test_csv_has_a_header_and_empty_fields_for_nothing() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", ROWS[:1], ROWS[1:]).decode())))

    assert rows[0] == ["sequence", "account", "balance", "time"]
    assert rows[1] == ["1", "issuance", "", "2026-11-24T12:00:00.000000Z"]
    assert [row[1] for row in rows[2:]] == ['a "quoted", one', "ü"]


def test_json_lines_are_one_object_a_row() -> None:
    rows = [json.loads(line) for line in written("jsonl", ROWS[:1], ROWS[1:]).decode().splitlines()]

    assert rows[0] == {"sequence": 1, "account": "issuance", "balance": None, "time": "2026-11-24T12:00:00.000000Z"}
    assert rows[2]["balance"] == 2**40


def test_parquet_has_types_and_is_the_same_in_however_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parquet, "GROUP_ROWS", 2)
    table = pq.ParquetFile(io.BytesIO(written("parquet", ROWS[:1], [], ROWS[1:])))

    assert table.num_row_groups == 1
    assert [tuple(row.values()) for row in table.read().to_pylist()] == ROWS


def test_a_table_without_rows_is_still_one() -> None:
    assert written("csv", []) == b"sequence,account,balance,time\r\n"
    assert written("jsonl", []) == b""
    assert pq.read_table(io.BytesIO(written("parquet", []))).num_rows == 0


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "csv"),
        ("*/*", "csv"),
        ("text/csv", "csv"),
        ("application/jsonl, text/csv", "jsonl"),
        ("application/vnd.apache.parquet", "parquet"),
    ],
)
def test_accept_says_the_format_where_the_query_does_not(accept: str, form: Format) -> None:
    assert negotiate(accept, MEDIA_TYPES) == form
