"""Where the distribution put PostgreSQL's programs."""

from pathlib import Path

from dev.stack.error import StackError

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15


def folder(data: Path) -> Path:
    """The programs of the version that made the data, or of the newest one there is when there is no data yet."""
    installed = sorted(int(entry.name) for entry in DEBIAN.glob("[0-9]*") if (entry / "bin/postgres").exists())
    wanted = _version(data) or max(installed, default=0)
    if wanted < OLDEST or wanted not in installed:
        raise StackError(
            f"PostgreSQL {wanted or OLDEST} is missing; run `make setup`, or `make clean` to begin with new data."
        )
    return DEBIAN / str(wanted) / "bin"


def _version(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
