"""Writes docs/reference/licensingctl.md from the parser of licensingctl: `make generate`. A test compares."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from operations.entrypoints.command_line import PROGRAM, parser
from runtime.answers import MEANINGS

_Help, _Commands = argparse._HelpAction, argparse._SubParsersAction  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - argparse has no other way to look into a parser
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "licensingctl.md"
MARK = "<!-- Made by `make generate` from the parser of licensingctl; do not edit. -->\n"


def text() -> str:
    """The page."""
    made = parser()
    parts = [MARK, f"# {PROGRAM}\n\n{made.description}\n", _codes(), _options(made)]
    parts += [_command(name, about, one) for name, about, one in _commands(made)]
    return "\n".join(parts)


def _codes() -> str:
    rows = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    return f"| exit code | means |\n|---|---|\n{rows}"


def _command(name: str, about: str, made: argparse.ArgumentParser) -> str:
    usage = " ".join(made.format_usage().removeprefix("usage: ").replace("[-h]", "").split())
    return f"## {name}\n\n{_sentence(about)}\n\n    {usage}\n" + (f"\n{table}" if (table := _options(made)) else "")


def _options(made: argparse.ArgumentParser) -> str:
    known = [one for one in made._actions if one.help and not isinstance(one, _Help | _Commands)]  # noqa: SLF001
    rows = "".join(
        f"| `{', '.join(one.option_strings) or one.metavar or one.dest.upper()}` | {one.help} |\n" for one in known
    )
    return f"| argument | what it is |\n|---|---|\n{rows}" if rows else ""


def _commands(made: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Each command with its sentence; a group of commands gives those below it."""
    for action in made._actions:  # noqa: SLF001
        if isinstance(action, _Commands):
            said = {one.dest: one.help or "" for one in action._choices_actions}  # noqa: SLF001
            for name, one in action.choices.items():
                below = list(_commands(one, f"{before}{name} "))
                yield from below or [(before + name, said[name], one)]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def main() -> None:
    """Write it."""
    PAGE.write_text(text(), encoding="utf-8")
    sys.stdout.write("reference of licensingctl written\n")
