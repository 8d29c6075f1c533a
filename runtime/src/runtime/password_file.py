"""A password in a file that somebody replaces while we run: it is asked for at each connection, never kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from runtime.settings import read_secret
from runtime.watched_file import WatchedFile

Password: TypeAlias = Callable[[], str]
"""Says the password as it is now."""


def password_in(path: Path, *, name: str) -> Password:
    """The password in this file; raises SettingsWrong or OSError where there is none. `name` is that of log lines.

    Later, a file that cannot be read changes nothing: the password that was read last is said again.
    """
    return WatchedFile(path, _read, name=name, shown=lambda _: {}).content


def _read(path: Path) -> str:
    return read_secret(path).decode()
