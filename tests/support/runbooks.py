"""Runbooks as programs read them: the commands of their blocks of code, run as they stand there."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from dev.stack.cli import Stack
from dev.stack.parts import Kit
from dev.stack.service import SCRIPTS
from dev.stack.settings import kafka, settings
from tests.support.markdown import ROOT, slug_of

COMMAND_SECONDS = 120.0
LEAST_INDENT = 4
OF_A_CLUSTER = "kubectl "
"""How a command begins that only a cluster can carry out; the tests run every other one."""
_HEADING = re.compile(r"^#{1,6} +(.+?) *$")
_FENCE = re.compile(r"^ *```")
_SQL = re.compile(r"(SELECT|UPDATE)\b")


@cache
def commands(runbook: str) -> tuple[str, ...]:
    """Every command in the blocks of a page, or of one section of it, which ends at the next heading of any level."""
    page, _, anchor = runbook.partition("#")
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return tuple(_whole(_blocks(_section(lines, anchor))))


def only(runbook: str, begins: str) -> str:
    """The one command there that begins so, or is so to its end."""
    found = [one for one in commands(runbook) if f"{one}\n".startswith(begins)]
    assert len(found) == 1, f"{runbook}: {len(found)} commands begin with {begins!r}"
    return found[0]


def table_row(runbook: str, first: str) -> list[str]:
    """What stands in backticks in the row of a table whose first cell is this."""
    lines = (ROOT / runbook).read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{first}` |")]
    return re.findall(r"`([^`]+)`", row.split(" | ")[1])


def _section(lines: list[str], anchor: str) -> Iterator[str]:
    is_inside = not anchor
    for line in lines:
        if anchor and (heading := _HEADING.match(line)):
            is_inside = slug_of(heading[1]) == anchor
        if is_inside:
            yield line


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    """The lines of blocks that are indented after an empty line, and an empty one after each; fenced ones show samples.

    A step of a list is indented, too, and what continues it less than a block in it.
    """
    is_fenced, is_block, least, before = False, False, LEAST_INDENT, ""
    for line in lines:
        is_fenced ^= bool(_FENCE.match(line))
        if is_fenced:
            continue
        if step := re.match(r"^( *(?:\d+\.|-) +)\S", line):
            least = len(step[1]) + LEAST_INDENT
        elif line and not line.startswith(" "):
            least = LEAST_INDENT
        indent = len(line) - len(line.lstrip())
        is_block = bool(line) and indent >= least and (is_block or not before)
        if is_block:
            yield line.strip()
        elif before and not line:
            yield ""
        before = line
    yield ""


def _whole(lines: Iterator[str]) -> Iterator[str]:
    """Lines joined where a quotation is open or the line says so; without what is no command."""
    begun = ""
    for line in lines:
        begun += ("\n" if begun else "") + line
        if begun.endswith("\\") or (line and _is_open(begun)):
            continue
        if command := begun.strip():
            yield _without_remark(command)
        begun = ""


def _is_open(command: str) -> bool:
    """Whether a quotation or a loop goes on; text that is none of ours has an answer, too."""
    if re.match(r"for \w+ in .*; do$", command.partition("\n")[0]) and not command.endswith("done"):
        return True
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return True
    return False


def _without_remark(command: str) -> str:
    return re.sub(r" {2,}# .*$", "", command)


class Walker:
    """Runs commands of a page on a running stack, from a folder that has the file `pods` which the pages speak of."""

    def __init__(self, kit: Kit, runbook: str, folder: Path) -> None:
        self.kit = kit
        self.runbook = runbook
        self.ran = set[str]()
        self._folder = folder
        self._stack = Stack(kit.state, say=lambda _: None, short_lived=True)
        (folder / "pods").write_text("\n".join(self._stack.processes()) + "\n", encoding="utf-8")

    def run(
        self,
        begins: str,
        *,
        of: str = "operator",
        exits: int = 0,
        fill: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """What the command says, run as a user of Kafka or with the settings of a process (`of`).

        `fill` has what stands in the place of each placeholder, and `variables` what its shell knows.
        """
        command = only(self.runbook, begins)
        self.ran.add(command)
        for placeholder, value in (fill or {}).items():
            assert placeholder in command, f"{command} has no {placeholder}"
            command = command.replace(placeholder, str(value))
        if made := re.fullmatch(r"make up(?: PARTS=(?P<parts>\S+))?", command):
            self._stack.up((made["parts"] or "").split())
            return ""
        argv = ["psql", "-qAt", self.kit.cluster().url(), "-c", command]
        argv = argv if _SQL.match(command) else ["bash", "-euc", command]
        done = subprocess.run(
            argv,
            cwd=self._folder,
            env=os.environ | self._known(of) | {"PATH": f"{SCRIPTS}:{os.environ['PATH']}"} | dict(variables or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        assert done.returncode == exits, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout or done.stderr

    def log_lines(self, begins: str, process: str, event: str) -> list[dict[str, object]]:
        """What `kubectl logs ... | grep EVENT` of the page shows in a cluster: such lines of a process's log."""
        assert only(self.runbook, begins).endswith(f"| grep {event}")
        lines = (self.kit.state / "log" / f"{process}.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and f'"event": "{event}"' in line]

    def _known(self, of: str) -> dict[str, str]:
        stack = self.kit.stack()
        return settings(of, stack) if (SCRIPTS / of).exists() else kafka(of, stack)
