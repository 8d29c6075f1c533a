"""What a command answers: facts for programs, lines for people, and an exit code that says what to do next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

Format = Literal["text", "json"]


class Exit(IntEnum):
    """The exit codes of licensingctl, and of what it runs."""

    WELL = 0
    NOT_WELL = 1
    WRONG_ARGUMENTS = 2
    AWAY = 3
    REFUSED = 4


MEANINGS = {
    Exit.WELL: "done, and all is well",
    Exit.NOT_WELL: "something is not as it should be; the answer says what",
    Exit.WRONG_ARGUMENTS: "an argument or a setting is wrong",
    Exit.AWAY: "a broker or a process does not answer; the same command may help later",
    Exit.REFUSED: "refused, and nothing was changed",
}


class WrongArgument(ValueError):  # noqa: N818 - states the world
    """What an argument names is not there, or is not what it has to be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The facts, and the same as lines."""

    facts: Mapping[str, Any]
    lines: Sequence[str]
    code: Exit = Exit.WELL

    def text(self, output: Format) -> str:
        return json.dumps(self.facts, indent=1) if output == "json" else "\n".join(self.lines)


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows as lines with their columns below each other."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
