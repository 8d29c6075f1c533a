from collections.abc import Iterator
from pathlib import Path

import pytest

from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application import license_files
from tests.support.device_sync import file_row, new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store that holds the first license file of the device."""
    store = new_store(tmp_path, file_row())
    yield store
    store.close()


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = new_store(tmp_path)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that does not come is given up soon: each test of one would wait the whole time."""
    monkeypatch.setattr(license_files, "NEWER_SECONDS", 0.5)
