"""`licensingctl`: what operators do with a running system."""

import argparse
import asyncio
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from contracts.dead_letters import MAX_REASON_CHARACTERS, WHO
from contracts.log.envelope import UnknownEventTypeError
from contracts.topics import DEAD_LETTERS
from operations.adapters.folder import FolderBusy
from operations.application.backup import LogLost
from operations.application.dead_letters import LetterUnknown
from operations.application.drain import NotDrained
from operations.application.letter import LetterSettled, NotReplayable
from operations.application.manifest import BackupWrong
from operations.application.restore import NotEmpty
from operations.application.segments import SegmentWrong
from operations.domain.log_verification import LogBrokenError
from operations.entrypoints import (
    dead_letter_command,
    drain_command,
    log_commands,
    rebuild_command,
    snapshots_command,
    status_command,
    topics_command,
)
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import MEANINGS, Answer, Exit, WrongArgument
from runtime.kafka import NotAllowed
from runtime.logs import configure
from runtime.projection.rebuild import add_wishes
from runtime.settings import SettingsWrong, load
from runtime.trouble import Trouble

PROGRAM = "licensingctl"
_CODES: dict[type[Exception], Exit] = {
    Trouble: Exit.AWAY,
    NotEmpty: Exit.REFUSED,
    NotAllowed: Exit.REFUSED,
    FolderBusy: Exit.REFUSED,
    NotDrained: Exit.REFUSED,
    LetterSettled: Exit.REFUSED,
    NotReplayable: Exit.REFUSED,
    LogLost: Exit.NOT_WELL,
    LogBrokenError: Exit.NOT_WELL,
    BackupWrong: Exit.NOT_WELL,
    SegmentWrong: Exit.NOT_WELL,
    UnknownEventTypeError: Exit.NOT_WELL,
    SettingsWrong: Exit.WRONG_ARGUMENTS,
    OSError: Exit.WRONG_ARGUMENTS,
    LetterUnknown: Exit.WRONG_ARGUMENTS,
    WrongArgument: Exit.WRONG_ARGUMENTS,
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do what the arguments say; an error is one sentence on stderr."""
    parsed = parser().parse_args(arguments)
    settings = load(OperationsSettings) if parsed.reaches_brokers else None
    configure(PROGRAM, "error")
    code, text = asyncio.run(answered(parsed, settings))
    print(text, file=sys.stderr if text.startswith(f"{PROGRAM}: ") else sys.stdout)
    sys.exit(code)


async def answered(parsed: argparse.Namespace, settings: OperationsSettings | None) -> tuple[Exit, str]:
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
    made.set_defaults(reaches_brokers=True)
    made.add_argument("--output", choices=("text", "json"), default="text", help="for people, or for programs")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    _add_log_commands(commands.add_parser)
    _add_status(commands.add_parser)
    _add_dead_letters(commands.add_parser)
    _add_topics(commands.add_parser)
    _add_rebuild(commands.add_parser)
    _add_drain(commands.add_parser)
    _add_snapshots(commands.add_parser)
    return made


def _add_log_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    backup = add("backup", help="bring the backup in PLACE up to what the logs have now")
    backup.set_defaults(do=log_commands.backup)
    restore = add("restore", help="write the backup in PLACE into empty topics")
    restore.set_defaults(do=log_commands.bring_back)
    for command in (backup, restore):
        command.add_argument("place", metavar="PLACE", help="where the backup lies: a folder, or s3://BUCKET/PREFIX")
        command.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")
    verify = add("verify", help="check the logs on the brokers, or the backup in PLACE")
    verify.add_argument("place", metavar="PLACE", nargs="?", help="a backup, instead of the brokers")
    verify.set_defaults(do=log_commands.verify)


def _add_status(add: Callable[..., argparse.ArgumentParser]) -> None:
    status = add("status", help="say of each process whether it is ready, how far behind, and what it has set aside")
    status.add_argument(
        "processes", type=Path, metavar="FILE", help="admin ports, a line of name=host:port each; - is stdin"
    )
    status.set_defaults(do=status_command.status, reaches_brokers=False)


def _add_dead_letters(add: Callable[..., argparse.ArgumentParser]) -> None:
    group = add("dead-letters", help="see and settle what services have set aside as unusable")
    commands = group.add_subparsers(metavar="COMMAND", required=True)
    listed = commands.add_parser("list", help="list the newest dead letters, as the user operator")
    listed.add_argument("service", nargs="?", choices=sorted(DEAD_LETTERS), metavar="SERVICE", help="of this one alone")
    listed.add_argument("--newest", type=_count, default=20, help="so many of each service, 20 unless said")
    listed.set_defaults(do=dead_letter_command.dead_letters)
    shown = commands.add_parser("show", help="show one dead letter with its content, as the user operator")
    shown.add_argument("service", choices=sorted(DEAD_LETTERS), metavar="SERVICE", help="who has set it aside")
    shown.add_argument("offset", type=int, metavar="OFFSET", help="as the list has it")
    shown.set_defaults(do=dead_letter_command.show)
    _add_settling(commands.add_parser)


def _add_settling(add: Callable[..., argparse.ArgumentParser]) -> None:
    replay = add("replay", help="send the command of a dead letter again to where it came from, as the user replay")
    replay.set_defaults(do=dead_letter_command.replay)
    discard = add("discard", help="write down that nobody sends it again, as the user operator; it stays where it is")
    discard.set_defaults(do=dead_letter_command.discard)
    for command in (replay, discard):
        command.add_argument("service", choices=sorted(DEAD_LETTERS), metavar="SERVICE", help="who has set it aside")
        command.add_argument("offset", type=int, metavar="OFFSET", help="as the list has it")
        command.add_argument(
            "--by", type=_who, required=True, help="who decides, for auditors: an account or a ticket, and no name"
        )
        command.add_argument("--reason", type=_reason, required=True, help="why, for auditors; 1 to 500 characters")
        command.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")


def _add_topics(add: Callable[..., argparse.ArgumentParser]) -> None:
    group = add("topics", help="see what the brokers have")
    commands = group.add_subparsers(metavar="COMMAND", required=True)
    diff = commands.add_parser(
        "diff", help="compare topics and rights with the declaration, as a user who may describe all of them"
    )
    diff.set_defaults(do=topics_command.diff)


def _who(said: str) -> str:
    if re.fullmatch(WHO, said):
        return said
    raise argparse.ArgumentTypeError(f"{said!r} is not 1 to 64 letters, digits and signs without a space")


def _reason(said: str) -> str:
    if said.strip() and len(said) <= MAX_REASON_CHARACTERS and said.isprintable():
        return said
    raise argparse.ArgumentTypeError(f"a reason has 1 to {MAX_REASON_CHARACTERS} characters on one line")


def _add_rebuild(add: Callable[..., argparse.ArgumentParser]) -> None:
    rebuild = add(
        "rebuild", help="rebuild a read side beside the live one and switch over, with the settings of its projector"
    )
    rebuild.add_argument("projection", choices=rebuild_command.PROJECTIONS, help="whose rows")
    add_wishes(rebuild)
    rebuild.set_defaults(do=rebuild_command.rebuild, reaches_brokers=False)


def _add_drain(add: Callable[..., argparse.ArgumentParser]) -> None:
    drain = add("drain", help="have a leading writer hand over to a standby, as the user operator")
    drain.set_defaults(do=drain_command.drain)
    drain.add_argument(
        "writer", choices=sorted(drain_command.WRITERS), metavar="WRITER", help="whose leading process: ledger or rma"
    )
    drain.add_argument("--ledger", type=int, default=0, metavar="N", help="the process that leads this ledger's log, 0")
    drain.add_argument(
        "--by", type=_who, required=True, help="who asks, for auditors: an account or a ticket, and no name"
    )
    drain.add_argument("--seconds", type=float, default=60.0, help="how long to wait for the standby, 60 unless said")
    drain.add_argument("--force", action="store_true", help="also where there is no standby: the process leads again")
    drain.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")


def _add_snapshots(add: Callable[..., argparse.ArgumentParser]) -> None:
    group = add("snapshots", help="see and remove a writer's snapshots, in its place and with its settings")
    commands = group.add_subparsers(metavar="COMMAND", required=True)
    listed = commands.add_parser("list", help="say of each snapshot what it holds and whether a start can begin at it")
    removed = commands.add_parser("remove", help="remove all: the next start reads the logs from their beginning")
    removed.add_argument("--dry-run", action="store_true", help="say what there is to do, and do nothing")
    for command in (listed, removed):
        command.add_argument(
            "writer", choices=sorted(drain_command.WRITERS), metavar="WRITER", help="whose snapshots: ledger or rma"
        )
    listed.set_defaults(do=snapshots_command.listed, reaches_brokers=False)
    removed.set_defaults(do=snapshots_command.removed, reaches_brokers=False)


def _count(said: str) -> int:
    if said.isdecimal() and 1 <= int(said) <= dead_letter_command.MOST:
        return int(said)
    raise argparse.ArgumentTypeError(f"{said!r} is no number from 1 to {dead_letter_command.MOST}")
