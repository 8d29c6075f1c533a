"""A file that somebody else replaces while we run: keys are rotated without a restart."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from runtime.logs import get_logger

Content = TypeVar("Content")

_log = get_logger("runtime.watched_file")


class WatchedFile(Generic[Content]):
    """What `read` makes of a file, read again when the file changes.

    `read` raises OSError or ValueError. The first time, so does the constructor; later, what was read
    last stays valid, and the log says so as `<name>_unreadable`.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], Content],
        *,
        name: str,
        shown: Callable[[Content], Mapping[str, object]],
    ) -> None:
        self._path, self._read, self._name, self._shown = path, read, name, shown
        self._seen = _stamp(path)
        self._content = self._taken(read(path))

    def content(self) -> Content:
        """As the file is now, or as it last was when it could be read."""
        seen = _stamp(self._path)
        if seen != self._seen:
            self._seen = seen
            try:
                self._content = self._taken(self._read(self._path))
            except (OSError, ValueError) as error:
                reason = f"{type(error).__name__}: {error}"
                _log.error(f"{self._name}_unreadable", reason=reason, **self._shown(self._content))
        return self._content

    def _taken(self, content: Content) -> Content:
        _log.info(f"{self._name}_read", **self._shown(content))
        return content


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; None while it is missing."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
