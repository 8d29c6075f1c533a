"""The table of refusals is whole: nothing says no without a row, and no row is there for nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import refusals
from contracts.events import EVENT_TYPES
from contracts.publishing import reference
from contracts.refusals import REFUSALS

ROOT = Path(__file__).resolve().parents[4]
TABLE = Path(refusals.__file__)
NOES = {"Rejection", "Refused", "DocumentRefused"}


def _trees(*rooms: str) -> Iterator[ast.AST]:
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            if path not in (TABLE, Path(__file__)):
                yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _texts(*rooms: str) -> set[str]:
    nodes = (node for node in _trees(*rooms) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str)}


def _noes() -> Iterator[str]:
    """Codes that shipped code says no with, where they are written out."""
    for node in _trees("services", "runtime", "schemas"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NOES and node.args:
            (code, *_) = node.args
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


SAID, TESTED = _texts("services", "runtime", "schemas"), _texts("tests")


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_code_of_the_table_is_said_somewhere_and_tested_somewhere(code: str) -> None:
    assert code in SAID
    assert code in TESTED


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
