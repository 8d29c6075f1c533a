"""Exports of a million movements through the API: rows a second, and the most memory that its process takes.

The API has one core; database and client have the other. Beside the rate: COPY of the same rows by the database alone.
Beside the memory: what it takes for a tenth of the rows, and before any export. The tables are filled by SQL.
"""

import asyncio
import http.client
import shutil
import time
from pathlib import Path
from typing import Any

import asyncpg
import pyarrow.parquet as pq

from benchmarks import machine
from benchmarks.figures import Beside, Figure
from benchmarks.filled import Filled, api_on_filled_tables
from benchmarks.lab import PATIENCE_SECONDS, Lab
from dev.stack.ports import HOST
from ledger.adapters.postgres.database import SCHEMA
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer

MOVEMENTS_AN_ENTRY = 2
CHUNK_BYTES = 1024 * 1024
_COPIED = """
SELECT sequence, line, time, account, license_type, units, held, event_type, actor, command_id
  FROM movements WHERE ledger = 0 AND sequence <= $1 ORDER BY sequence, line"""


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    async with api_on_filled_tables(lab_) as filled:
        until = filled.entries // MOVEMENTS_AN_ENTRY
        copied = await _copy(filled, until)
        idle = machine.resident_bytes(filled.pid)
        issuer = Issuer(lab_.kit.state)
        staff, partner = issuer.mint(CLERK, VENDOR), issuer.mint(ADMINISTRATOR, PARTNER)
        figures: list[Figure] = []
        for name, form, token in (
            ("as CSV", "csv", staff),
            ("as CSV, by their company", "csv", partner),
            ("as JSON Lines", "jsonl", staff),
            ("as Parquet", "parquet", staff),
        ):
            target = lab_.kit.state / f"export.{form}"
            _, less = await asyncio.to_thread(_export, filled, token, form, until // 10, target)
            rate, most = await asyncio.to_thread(_export, filled, token, form, until, target)
            what = f"export: {until * MOVEMENTS_AN_ENTRY:,} movements {name}"
            figures += _figures(what, rate, copied, (most, less, idle))
        return figures


def _figures(what: str, rate: float, copied: float, memory: tuple[int, int, int]) -> list[Figure]:
    most, less, idle = (value / machine.MIB for value in memory)
    return [
        Figure(f"{what}, one core", rate, "rows/s", beside=(Beside("COPY of the same rows as CSV", copied),)),
        Figure(
            f"{what}, peak of the API's memory",
            most,
            "MiB",
            "the same for any number of rows",
            (Beside("for a tenth of the rows", less), Beside("before any export", idle)),
        ),
    ]


def _export(filled: Filled, token: str, form: str, until: int, target: Path) -> tuple[float, int]:
    """Rows a second and the peak of the API's resident memory; all rows must be there."""
    machine.forget_peak(filled.pid)
    start = time.perf_counter()
    download(filled.port, f"/v1/exports/movements?format={form}&as_of={until}", token, target)
    seconds = time.perf_counter() - start
    rows = _rows(target, form)
    if rows != until * MOVEMENTS_AN_ENTRY:
        raise RuntimeError(f"{target.name} has {rows} rows")
    return rows / seconds, machine.peak_bytes(filled.pid)


def download(port: int, path: str, token: str, target: Path) -> None:
    """Put the answer to a GET into a file as it comes; RuntimeError when there is none."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    if response.status != http.HTTPStatus.OK:
        raise RuntimeError(f"the export was answered {response.status}")
    with target.open("wb") as file:
        shutil.copyfileobj(response, file, CHUNK_BYTES)
    connection.close()


def _rows(file: Path, form: str) -> int:
    if form == "parquet":
        return int(pq.ParquetFile(file).metadata.num_rows)
    with file.open("rb") as lines:
        return sum(1 for _ in lines) - (form == "csv")


async def _copy(filled: Filled, until: int) -> float:
    connection: Any = await asyncpg.connect(filled.url, server_settings={"search_path": SCHEMA})

    async def drop(_: bytes) -> None:
        """Only the database's work is measured."""

    try:
        start = time.perf_counter()
        await connection.copy_from_query(_COPIED, until, output=drop, format="csv", timeout=PATIENCE_SECONDS)
        return until * MOVEMENTS_AN_ENTRY / (time.perf_counter() - start)
    finally:
        await connection.close()
