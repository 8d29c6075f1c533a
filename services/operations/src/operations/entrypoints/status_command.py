"""`licensingctl status`."""

import re
import sys
from argparse import Namespace
from pathlib import Path

from operations.adapters.admin_ports import AdminPort, statuses
from operations.domain.process_status import ProcessStatus
from runtime.answers import Answer, Exit, WrongArgument, table

MAX_CHARACTERS = 200_000
MAX_PROCESSES = 1_000
_TITLES = ("PROCESS", "ADDRESS", "STATE", "LAG", "DEAD LETTERS", "SAYS")
_NAME, _HOST = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])"
_LINE = re.compile(f"(?P<name>{_NAME})=(?P<address>{_HOST}:[0-9]{{1,5}})")


async def status(arguments: Namespace, _: object) -> Answer:
    """What each process says of itself."""
    found = await statuses(admin_ports(_read(arguments.processes)))
    states = {one.state for one in found}
    code = Exit.AWAY if "away" in states else Exit.NOT_WELL if "not ready" in states else Exit.WELL
    return Answer({"processes": [one.facts() for one in found]}, table([_TITLES, *map(_row, found)]), code)


def admin_ports(text: str) -> list[AdminPort]:
    """The processes that lines of `name=host:port` name; raises WrongArgument."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not 1 <= len(lines) <= MAX_PROCESSES:
        raise WrongArgument(f"there are {len(lines)} lines; name 1 to {MAX_PROCESSES} as name=host:port")
    return [_admin_port(line) for line in lines]


def _admin_port(line: str) -> AdminPort:
    found = _LINE.fullmatch(line)
    if found is None:
        raise WrongArgument(f"{line[:100]!r} is not name=host:port")
    return AdminPort(found["name"], found["address"])


def _read(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read(MAX_CHARACTERS)
    with file.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(MAX_CHARACTERS)


def _row(one: ProcessStatus) -> tuple[object, ...]:
    lag = "-" if one.lag is None else one.lag
    return one.name, one.address, one.state, lag, one.dead_letters, "; ".join(one.says.splitlines())
