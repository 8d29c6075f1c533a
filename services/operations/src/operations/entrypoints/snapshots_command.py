"""`licensingctl snapshots`: runs the program of the writer, which knows its state, in place of itself."""

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import NoReturn

from operations.entrypoints.drain_command import WRITERS


async def listed(arguments: Namespace, _: None) -> NoReturn:
    """Never returns: the writer's program answers, and exits with the same codes. Raises OSError if it is not here."""
    _run(arguments, "list")


async def removed(arguments: Namespace, _: None) -> NoReturn:
    """As `listed`."""
    _run(arguments, "remove", *(["--dry-run"] if arguments.dry_run else []))


def _run(arguments: Namespace, *wishes: str) -> NoReturn:
    program = Path(sys.executable).with_name(WRITERS[arguments.writer])
    sys.stdout.flush()
    os.execv(program, [str(program), "snapshots", *wishes, "--output", arguments.output])  # noqa: S606 - ours
