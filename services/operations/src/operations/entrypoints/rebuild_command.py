"""`licensingctl rebuild`: runs the projector of a read side, which knows its rows, in place of itself."""

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import NoReturn

PROJECTIONS = ("ledger", "rma", "audio")


async def rebuild(arguments: Namespace, _: None) -> NoReturn:
    """Never returns: the projector answers, and exits with the same codes. Raises OSError if it is not here."""
    wishes = [
        f"--{one.replace('_', '-')}" for one in ("drop_old", "only_drop_old", "dry_run") if getattr(arguments, one)
    ]
    program = Path(sys.executable).with_name(f"{arguments.projection}-projector")
    sys.stdout.flush()
    os.execv(program, [str(program), "rebuild", "--beside", "--output", arguments.output, *wishes])  # noqa: S606 - ours
