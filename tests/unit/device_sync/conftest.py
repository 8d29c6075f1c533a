from collections.abc import Iterator
from pathlib import Path

import pytest

from device_sync.adapters.sqlite_store import SqliteStore
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
