"""A backup in a folder."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from operations.application.ports import MAX_BYTES, file_too_large

LOCK = ".lock"


class FolderBusy(Exception):  # noqa: N818 - states the world
    """Another run writes to this folder."""


class Folder:
    """Implements Store below a folder that is there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def read(self, name: str) -> bytes | None:
        path = self._root / name
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        if len(content) > MAX_BYTES:
            raise file_too_large(str(path))
        return content

    async def write(self, name: str, content: bytes) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".draft")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)

    async def remove(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)


@contextmanager
def locked(root: Path) -> Generator[Folder]:
    """The folder, for one writer at a time; made if it is not there. Raises FolderBusy, OSError."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(f"another run writes to {root}") from None
        yield Folder(root)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
