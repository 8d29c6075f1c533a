"""`snapshots list` and `snapshots remove` of a writer's program, which `licensingctl snapshots` runs."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from runtime.answers import Answer, Exit, table
from runtime.eventlog.log_follower import Tail
from runtime.eventlog.snapshot_file import SnapshotUnusable
from runtime.eventlog.snapshots import Snapshots
from runtime.logs import configure
from runtime.settings import SettingsWrong
from runtime.trouble import Trouble

_TITLES = ("FILE", "LOG", "ENTRY", "TAKEN", "BYTES", "USABLE")


class SnapshotsOf(NamedTuple):
    """The snapshots of one log, and the log itself."""

    snapshots: Snapshots[Any, Any]
    tail: Tail


class Found(NamedTuple):
    """One file; `unusable` says why no start can begin at it, or nothing."""

    file: Path
    log: str
    size: int
    unusable: str
    sequence: int | None = None
    taken: datetime | None = None

    def facts(self) -> dict[str, Any]:
        return {
            "file": self.file.name,
            "log": self.log,
            "sequence": self.sequence,
            "taken": None if self.taken is None else self.taken.isoformat(timespec="seconds"),
            "bytes": self.size,
            "usable": not self.unusable,
            "unusable": self.unusable,
        }

    def row(self) -> tuple[object, ...]:
        facts = self.facts()
        return (*(facts[name] or "-" for name in ("file", "log", "sequence", "taken", "bytes")), self.unusable or "yes")


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """The arguments of a writer's program: none to run, or what to do with its snapshots."""
    made = argparse.ArgumentParser(prog=program, description=description)
    commands = made.add_subparsers(dest="command")
    what = commands.add_parser("snapshots", help="see or remove the snapshots in LICENSING_SNAPSHOT_FOLDER")
    what.add_argument("wish", choices=("list", "remove"))
    what.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")
    what.add_argument("--output", choices=("text", "json"), default="text", help="for people, or for programs")
    return made


def answer(program: str, arguments: argparse.Namespace, of: Callable[[], Sequence[SnapshotsOf]]) -> NoReturn:
    """Do it and exit as licensingctl does. A file that can't be read is a wrong setting."""
    configure(program, "error")
    try:
        found = of()
        said = asyncio.run(_listed(found) if arguments.wish == "list" else _removed(found, dry_run=arguments.dry_run))
    except (Trouble, SettingsWrong, OSError) as error:
        sys.stderr.write(f"{program}: {error}\n")
        sys.exit(Exit.AWAY if isinstance(error, Trouble) else Exit.WRONG_ARGUMENTS)
    sys.stdout.write(f"{said.text(arguments.output)}\n")
    sys.exit(said.code)


async def _listed(found: Sequence[SnapshotsOf]) -> Answer:
    """Each snapshot, held against the log as a start would."""
    looked: list[Found] = []
    for one in found:
        try:
            for file in one.snapshots.files():
                with suppress(FileNotFoundError):  # a running writer has just taken a newer one
                    looked.append(await _looked_at(one, file))
        finally:
            await one.tail.close()
    lines = table([_TITLES, *(one.row() for one in looked)]) if looked else ["There are none."]
    code = Exit.NOT_WELL if any(one.unusable for one in looked) else Exit.WELL
    return Answer({"snapshots": [one.facts() for one in looked]}, lines, code)


async def _looked_at(of: SnapshotsOf, file: Path) -> Found:
    log, size = of.snapshots.log.source, await asyncio.to_thread(_size, file)
    try:
        snapshot = await of.snapshots.checked(file, of.tail.value_at)
    except SnapshotUnusable as reason:
        return Found(file, log, size, str(reason))
    return Found(file, log, size, "", snapshot.replica.chain.sequence, snapshot.taken)


def _size(file: Path) -> int:
    return file.stat().st_size


async def _removed(found: Sequence[SnapshotsOf], *, dry_run: bool) -> Answer:
    files = [file for one in found for file in one.snapshots.all_files()]
    if not dry_run:
        for one in found:
            one.snapshots.remove()
    verb = "would be removed" if dry_run else "removed"
    lines = [f"{file.name} {verb}." if dry_run else f"{file.name} is {verb}." for file in files] or ["There are none."]
    return Answer({"files": [file.name for file in files], "dry_run": dry_run}, lines)
