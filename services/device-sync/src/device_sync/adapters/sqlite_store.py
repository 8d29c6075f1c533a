"""The store in one local SQLite file: a cache of two compacted topics, with its positions in the same transactions."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from device_sync.application.ports import LicenseFileRow, Positions, ReceiptRow, Row
from device_sync.domain.devices import FileHead
from runtime.logs import get_logger

SCHEMA_VERSION = 3
"""A file of another version is thrown away and filled again from the topics."""
CACHE_KIBIBYTES = 32 * 1024
JOURNAL_BYTES = 64 * 1024 * 1024
"""What the journal keeps on disk once it has been written back."""

_SCHEMA = f"""
CREATE TABLE positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE license_files (
    serial TEXT NOT NULL, ledger INTEGER NOT NULL, sequence INTEGER NOT NULL, generation INTEGER NOT NULL,
    issue INTEGER NOT NULL, sha256 TEXT NOT NULL, document BLOB NOT NULL, replaced_by TEXT,
    PRIMARY KEY (serial, ledger)
);
CREATE TABLE receipts (
    serial TEXT NOT NULL, generation INTEGER NOT NULL, ledger INTEGER NOT NULL, sequence INTEGER NOT NULL,
    digest TEXT NOT NULL, document BLOB NOT NULL,
    PRIMARY KEY (serial, ledger, generation)
);
CREATE TABLE deliveries (serial TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE spent (
    serial TEXT NOT NULL, ledger INTEGER NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY (serial, ledger)
) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
"""
_HEAD = """
SELECT f.serial, f.ledger, f.sequence, f.generation, f.issue, f.sha256, d.sha256, MAX(
    COALESCE((SELECT generation FROM spent WHERE serial = f.serial AND ledger = f.ledger), 0),
    COALESCE((SELECT MAX(generation) FROM receipts WHERE serial = f.serial AND ledger = f.ledger), 0)), f.replaced_by
FROM license_files f LEFT JOIN deliveries d ON d.serial = f.serial WHERE f.serial = ?
"""
_PUT_FILE = """
INSERT INTO license_files (serial, ledger, sequence, generation, issue, sha256, document, replaced_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (serial, ledger) DO UPDATE SET sequence = excluded.sequence, generation = excluded.generation,
    issue = excluded.issue, sha256 = excluded.sha256, document = excluded.document, replaced_by = excluded.replaced_by
WHERE excluded.sequence > license_files.sequence
"""
_PUT_RECEIPT = """
INSERT INTO receipts (serial, generation, ledger, sequence, digest, document) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (serial, ledger, generation) DO UPDATE SET sequence = excluded.sequence, digest = excluded.digest,
    document = excluded.document
WHERE excluded.sequence > receipts.sequence
"""
_PUT_SPENT = """
INSERT INTO spent (serial, ledger, generation) VALUES (?, ?, ?)
ON CONFLICT (serial, ledger) DO UPDATE SET generation = MAX(generation, excluded.generation)
"""

_log = get_logger("device_sync.store")


class SqliteStore:
    """Store in a file; a damaged or old file is replaced by an empty one. Used from one event loop only.

    It keeps the documents of all ledgers and answers from the `served` ones: the first that knows a device counts.
    """

    def __init__(self, path: Path, *, served: Sequence[int] = (0,)) -> None:
        self._path = path
        self._rank = {ledger: rank for rank, ledger in enumerate(served)}
        self._connection = _open(path)
        self._changed = asyncio.Event()

    def close(self) -> None:
        self._connection.close()

    def head(self, serial: str) -> FileHead | None:
        heads = (FileHead(*row) for row in self._connection.execute(_HEAD, (serial,)))
        known = [head for head in heads if head.ledger in self._rank]
        return min(known, key=lambda head: self._rank[head.ledger], default=None)

    def document(self, serial: str, sha256: str) -> bytes | None:
        query = "SELECT document FROM license_files WHERE serial = ? AND sha256 = ?"
        row = self._connection.execute(query, (serial, sha256)).fetchone()
        return bytes(row[0]) if row else None

    def receipt(self, ledger: int, serial: str, generation: int) -> ReceiptRow | None:
        query = (
            "SELECT serial, ledger, sequence, generation, digest, document"
            " FROM receipts WHERE ledger = ? AND serial = ? AND generation = ?"
        )
        row = self._connection.execute(query, (ledger, serial, generation)).fetchone()
        return ReceiptRow(*row) if row else None

    def remember_delivery(self, serial: str, sha256: str) -> None:
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO deliveries VALUES (?, ?)", (serial, sha256))

    def remember_spent(self, ledger: int, serial: str, generation: int) -> None:
        with self._connection:
            self._connection.execute(_PUT_SPENT, (serial, ledger, generation))

    def positions(self) -> Positions:
        rows = self._connection.execute("SELECT topic, partition, next_offset FROM positions")
        return {(topic, partition): offset for topic, partition, offset in rows}

    def take(self, rows: Sequence[Row], positions: Positions) -> None:
        with self._connection:
            for row in rows:
                self._put(row)
            self._connection.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [(topic, partition, offset) for (topic, partition), offset in positions.items()],
            )
        if rows:
            waiting, self._changed = self._changed, asyncio.Event()
            waiting.set()

    def clear(self) -> None:
        with self._connection:
            for table in ("positions", "license_files", "receipts", "deliveries", "spent"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
        _log.warning("store_cleared")

    async def changed(self, timeout_seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), timeout_seconds)

    def _put(self, row: Row) -> None:
        execute = self._connection.execute
        match row:
            case LicenseFileRow():
                execute(_PUT_FILE, _columns(row))
            case ReceiptRow():
                execute(
                    _PUT_RECEIPT,
                    (row.serial, row.generation, row.ledger, row.sequence, row.digest, row.document),
                )


def _columns(row: LicenseFileRow) -> tuple[object, ...]:
    known = row.serial, row.ledger, row.sequence, row.generation, row.issue
    return *known, row.sha256, row.document, row.replaced_by


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return _made_anew(path)
    try:
        connection = _connect(path)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if version == SCHEMA_VERSION and verdict == "ok":
            return connection
        connection.close()
        reason = f"version {version}, check {verdict}"
    except sqlite3.DatabaseError as error:
        reason = str(error)
    _log.warning("store_made_anew", reason=reason)
    return _made_anew(path)


def _made_anew(path: Path) -> sqlite3.Connection:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    connection = _connect(path)
    connection.executescript(_SCHEMA)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """WAL without a sync for each commit: a power cut may lose the last ones, which the topics bring back."""
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    return connection
