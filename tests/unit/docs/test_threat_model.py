"""Each line of docs/security.md names its test, and that test is there."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.markdown import ROOT, sections, tracked

PAGE = ROOT / "docs" / "security.md"
_NAMED = re.compile(r"\b([A-Z]) is\s+`(tests/[^`]+)`")
_WORD = re.compile(r"`([^`]+)`|\b([A-Z])\b")
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def rows() -> Iterator[tuple[str, str]]:
    """The heading of each table with a column of tests, and what stands in that column."""
    for heading, text in sections(PAGE).items():
        tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        for lines in (table.splitlines() for table in tables if table.splitlines()[0].endswith("| test |")):
            yield from ((heading, line.split(" | ")[-1].removesuffix(" |")) for line in lines[2:])


@cache
def names_in(path: Path) -> str:
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return "\n".join(name for file in files for name in _TEST.findall(file.read_text(encoding="utf-8")))


def missing(heading: str, cell: str) -> list[str]:
    """What a cell names that is not there."""
    letters = {letter: ROOT / path for letter, path in _NAMED.findall(sections(PAGE)[heading])}
    names = {path.name for path in tracked(".py")}
    found, lost = list[Path](), list[str]()
    for word, letter in _WORD.findall(cell):
        if letter:
            found += [letters[letter]] if letter in letters else []
            lost += [] if letter in letters else [letter]
        elif word.startswith("tests/"):
            found += [ROOT / word]
            lost += [] if (ROOT / word).exists() else [word]
        elif word not in names and not any(word in names_in(one) for one in found):
            lost.append(word)
    return lost


@pytest.mark.parametrize(("heading", "cell"), list(rows()), ids=lambda said: said[:40])
def test_a_line_names_a_test_that_is_there(heading: str, cell: str) -> None:
    assert _WORD.search(cell), "no test is named"
    assert missing(heading, cell) == []


def test_every_table_of_threats_is_looked_at() -> None:
    assert len(list(rows())) > 90
