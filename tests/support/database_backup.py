"""A backup of the stack's database, its loss, and its return: what snapshots of its volumes are in production."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from dev.stack.parts import Kit
from dev.stack.postgres import account, binaries
from tests.support.streaming_replica import as_its_account

PRIVATE = ("access_log", "activity", "audio_private", "portal", "rma_private", "support", "texts")
"""The schemas that follow from no log."""


class DatabaseBackup:
    """Of the running stack's, below `name` in its state folder."""

    def __init__(self, kit: Kit, name: str) -> None:
        self._kit = kit
        self._programs = binaries.folder(Path("-"))
        self._kept = account.home(kit.state / name)

    def take(self) -> None:
        """All of it, as it is at one moment."""
        source = ("-d", self._kit.cluster().url(), "-D", self._kept / "base")
        as_its_account(self._programs / "pg_basebackup", *source, "-X", "stream", "-c", "fast")

    def put_back(self) -> None:
        """In the place of what was lost; the server does not run."""
        as_its_account("cp", "-a", f"{self._kept / 'base'}/.", self._data)

    def lose(self) -> None:
        """The server is killed, and no file of it is left."""
        self._kit.cluster().kill()
        for path in self._data.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def take_private(self) -> None:
        """What follows from no log, as SQL's archive."""
        self._run("pg_dump", "-Fc", "-f", self._private, *_schemas(PRIVATE))

    def put_private_back(self) -> None:
        """Into a database that has the roles' rights and nothing else."""
        self._run("pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction", self._private)

    def remove(self) -> None:
        shutil.rmtree(self._kept)

    def _run(self, program: str, *arguments: object) -> None:
        as_its_account(self._programs / program, "-d", self._kit.cluster().url(), *arguments)

    @property
    def _private(self) -> Path:
        return self._kept / "private.dump"

    @property
    def _data(self) -> Path:
        return account.home(self._kit.state / "postgres") / "data"


def _schemas(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("-n", name)]
