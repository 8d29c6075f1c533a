import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.ports import Row
from tests.support.device_sync import file_row, last_file_row, new_store, receipt_row
from tests.support.documents import OTHER_SERIAL, SERIAL

POSITIONS = {("licensing.signer.license-files", 3): 7}
VERSION_1 = """
CREATE TABLE positions (topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL);
CREATE TABLE license_files (
    serial TEXT PRIMARY KEY, ledger INTEGER NOT NULL, sequence INTEGER NOT NULL, generation INTEGER NOT NULL,
    issue INTEGER NOT NULL, sha256 TEXT NOT NULL, document BLOB NOT NULL
);
INSERT INTO positions VALUES ('licensing.signer.license-files', 3, 7);
PRAGMA user_version = 1;
"""


def test_the_newest_sequence_of_a_device_wins_whatever_the_order(store: SqliteStore) -> None:
    newer, older = file_row(sequence=12, issue=3), file_row(sequence=5, issue=1)

    store.take([newer, older], {})

    head = store.head(SERIAL)
    assert head is not None
    assert (head.sequence, head.issue, head.sha256) == (12, 3, newer.sha256)
    assert store.document(SERIAL, newer.sha256) == newer.document
    assert store.document(SERIAL, older.sha256) is None


def test_rows_and_positions_survive_together(tmp_path: Path) -> None:
    first = new_store(tmp_path)
    first.take([file_row(), receipt_row("ab" * 32)], POSITIONS)
    first.close()

    again = SqliteStore(tmp_path / "store.sqlite")

    assert again.positions() == POSITIONS
    assert again.head(SERIAL) is not None
    assert again.receipt(0, SERIAL, 1) == receipt_row("ab" * 32)
    again.close()


def test_nothing_is_kept_of_a_batch_that_fails(store: SqliteStore) -> None:
    with pytest.raises(sqlite3.Error):
        store.take([file_row(serial=OTHER_SERIAL)], {("topic", 0): object()})  # type: ignore[dict-item]  # that is what fails

    assert store.head(OTHER_SERIAL) is None


def test_a_delivery_is_remembered_for_that_file_only(store: SqliteStore) -> None:
    store.remember_delivery(SERIAL, file_row().sha256)
    assert _delivered(store)

    store.take([file_row(sequence=12, issue=3)], {})
    assert not _delivered(store)


def test_a_generation_once_spent_stays_spent(store: SqliteStore) -> None:
    store.remember_spent(0, SERIAL, 2)
    store.remember_spent(0, SERIAL, 1)

    head = store.head(SERIAL)
    assert head is not None
    assert head.spent_generation == 2


def test_two_ledgers_that_know_a_device_of_one_serial_do_not_displace_each_other(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite", served=(1, 0))
    store.take([file_row(ledger=1, sequence=5), file_row(sequence=900, issue=70)], {})
    store.take([receipt_row("ab" * 32), receipt_row("cd" * 32, ledger=1)], {})
    store.remember_spent(0, SERIAL, 5)

    head = store.head(SERIAL)
    assert head is not None
    assert (head.ledger, head.sequence, head.spent_generation) == (1, 5, 1)
    assert store.receipt(1, SERIAL, 1) == receipt_row("cd" * 32, ledger=1)
    assert store.receipt(0, SERIAL, 1) == receipt_row("ab" * 32)
    store.close()


def test_a_device_of_a_ledger_that_is_not_served_is_unknown(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite", served=(1,))
    store.take([file_row()], {})
    assert store.head(SERIAL) is None
    store.close()


def test_a_cleared_store_begins_at_the_beginning(store: SqliteStore) -> None:
    store.take([], POSITIONS)
    store.clear()

    assert store.positions() == {}
    assert store.head(SERIAL) is None


@pytest.mark.parametrize("content", [b"this is no database at all, just some text" * 100, b""])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.sqlite").write_bytes(content)

    store = SqliteStore(tmp_path / "store.sqlite")

    assert store.positions() == {}
    store.close()


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    old = new_store(tmp_path, file_row())
    old.close()
    connection = sqlite3.connect(tmp_path / "store.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    store = SqliteStore(tmp_path / "store.sqlite")

    assert store.head(SERIAL) is None
    store.close()


def test_a_file_from_before_devices_were_replaced_is_made_anew_and_filled_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        connection.executescript(VERSION_1)

    store = SqliteStore(tmp_path / "store.sqlite")
    assert store.positions() == {}
    store.take([last_file_row()], POSITIONS)
    assert _replaced_by(store) == OTHER_SERIAL
    store.close()


def test_who_took_the_place_of_a_device_survives_and_is_of_its_newest_file_only(tmp_path: Path) -> None:
    first = new_store(tmp_path, file_row(), last_file_row())
    first.close()

    again = SqliteStore(tmp_path / "store.sqlite")
    assert _replaced_by(again) == OTHER_SERIAL
    again.take([file_row(sequence=5)], {})
    assert _replaced_by(again) == OTHER_SERIAL
    again.take([file_row(sequence=20, generation=3, issue=4)], {})
    assert _replaced_by(again) is None
    again.close()


def test_the_same_records_again_make_the_same_store(tmp_path: Path) -> None:
    rows: list[Row] = [file_row(), receipt_row("ab" * 32), last_file_row(sequence=13, generation=3, issue=4)]
    once, twice = SqliteStore(tmp_path / "once.sqlite"), SqliteStore(tmp_path / "twice.sqlite")
    once.take(rows, POSITIONS)
    twice.take([*rows, *rows], POSITIONS)

    assert once.head(SERIAL) == twice.head(SERIAL)
    assert once.receipt(0, SERIAL, 1) == twice.receipt(0, SERIAL, 1)
    once.close()
    twice.close()


async def test_who_waits_is_told_when_something_comes(store: SqliteStore) -> None:
    asyncio.get_running_loop().call_later(0.01, store.take, [file_row(sequence=12)], {})

    async with asyncio.timeout(5):
        await store.changed(10)


def _replaced_by(store: SqliteStore) -> str | None:
    head = store.head(SERIAL)
    assert head is not None
    return head.replaced_by


def _delivered(store: SqliteStore) -> bool:
    head = store.head(SERIAL)
    assert head is not None
    return head.is_delivered
