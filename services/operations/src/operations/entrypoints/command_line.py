"""`licensingctl`: what operators do with a running system."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from contracts.log.envelope import UnknownEventTypeError
from operations.adapters.folder import FolderBusy
from operations.application.backup import LogLost
from operations.application.manifest import BackupWrong
from operations.application.restore import NotEmpty
from operations.application.segments import SegmentWrong
from operations.domain.log_verification import LogBrokenError
from operations.entrypoints import log_commands
from operations.entrypoints.answer import MEANINGS, Answer, Exit
from operations.entrypoints.settings import OperationsSettings
from runtime.logs import configure
from runtime.settings import SettingsWrong, load
from runtime.trouble import Trouble

PROGRAM = "licensingctl"
_CODES: dict[type[Exception], Exit] = {
    Trouble: Exit.AWAY,
    NotEmpty: Exit.REFUSED,
    FolderBusy: Exit.REFUSED,
    LogLost: Exit.NOT_WELL,
    LogBrokenError: Exit.NOT_WELL,
    BackupWrong: Exit.NOT_WELL,
    SegmentWrong: Exit.NOT_WELL,
    UnknownEventTypeError: Exit.NOT_WELL,
    SettingsWrong: Exit.WRONG_ARGUMENTS,
    OSError: Exit.WRONG_ARGUMENTS,
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do what the arguments say; an error is one sentence on stderr."""
    parsed = parser().parse_args(arguments)
    settings = load(OperationsSettings)
    configure(PROGRAM, "error")
    code, text = asyncio.run(answered(parsed, settings))
    print(text, file=sys.stderr if text.startswith(f"{PROGRAM}: ") else sys.stdout)
    sys.exit(code)


async def answered(parsed: argparse.Namespace, settings: OperationsSettings) -> tuple[Exit, str]:
    """The exit code, and the answer or what is wrong."""
    try:
        answer: Answer = await parsed.do(parsed, settings)
    except tuple(_CODES) as error:
        return next(code for kind, code in _CODES.items() if isinstance(error, kind)), f"{PROGRAM}: {error}"
    return answer.code, answer.text(parsed.output)


def parser() -> argparse.ArgumentParser:
    """All commands; docs/reference/licensingctl.md is made from it."""
    meanings = "".join(f"\n  {code.value}  {meaning}" for code, meaning in MEANINGS.items())
    made = argparse.ArgumentParser(
        prog=PROGRAM,
        description="What operators do with a running system.",
        epilog=f"exit codes:{meanings}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--output", choices=("text", "json"), default="text", help="for people, or for programs")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    _add_log_commands(commands.add_parser)
    return made


def _add_log_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    backup = add("backup", help="bring the backup in FOLDER up to what the logs have now")
    backup.set_defaults(do=log_commands.backup)
    restore = add("restore", help="write the backup in FOLDER into empty topics")
    restore.set_defaults(do=log_commands.bring_back)
    for command in (backup, restore):
        command.add_argument("folder", type=Path, metavar="FOLDER", help="where the backup lies")
        command.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")
    verify = add("verify", help="check the logs on the brokers, or the backup in FOLDER")
    verify.add_argument("folder", type=Path, metavar="FOLDER", nargs="?", help="a backup, instead of the brokers")
    verify.set_defaults(do=log_commands.verify)
