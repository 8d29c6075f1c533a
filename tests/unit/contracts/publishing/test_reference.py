"""The table of refusals is whole: nothing says no without a row, and no row is there for nothing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contracts import refusals
from contracts.events import EVENT_TYPES
from contracts.publishing import reference
from contracts.refusals import REFUSALS

ROOT = Path(__file__).resolve().parents[4]
TABLE = Path(refusals.__file__)
SHIPPED = ("services", "runtime", "schemas")
QUOTED = re.compile(r"""["'](\w+)["']""")
NOES = {"Rejection", "Refused", "DocumentRefused"}


def _sources(*rooms: str) -> Iterator[str]:
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            if path not in (TABLE, Path(__file__)):
                yield path.read_text(encoding="utf-8")


@cache
def _words(*rooms: str) -> frozenset[str]:
    """All strings of one word that stand in the sources, quoted."""
    return frozenset(word for source in _sources(*rooms) for word in QUOTED.findall(source))


def _noes() -> Iterator[str]:
    """Codes that shipped code says no with, where they are written out."""
    for node in (node for source in _sources(*SHIPPED) for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NOES and node.args:
            (code, *_) = node.args
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_code_of_the_table_is_said_somewhere_and_tested_somewhere(code: str) -> None:
    assert code in _words(*SHIPPED)
    assert code in _words("tests")


def test_every_no_has_a_row() -> None:
    assert set(_noes()) <= set(REFUSALS)


def test_no_code_has_two_rows() -> None:
    rows = [node for node in ast.walk(ast.parse(TABLE.read_text())) if isinstance(node, ast.Call)]
    named = [node for node in rows if isinstance(node.func, ast.Name) and node.func.id == "Refusal"]
    assert len(named) == len(REFUSALS)


def test_the_pages_name_every_code_and_every_event() -> None:
    pages = dict(reference.pages())

    assert all(f"| `{code}` |" in pages["refusals.md"] for code in REFUSALS)
    assert all(f"`{event_type}`" in pages["events.md"] for event_type in EVENT_TYPES)
    assert all(model.__doc__ for model in EVENT_TYPES.values())
