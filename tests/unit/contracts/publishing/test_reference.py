"""The table of refusals is whole: nothing says no without a row, and no row is there for nothing."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from contracts import refusals
from contracts.events import EVENT_TYPES
from contracts.publishing import reference
from contracts.publishing.documents import DOCUMENTS
from contracts.refusals import REFUSALS

ROOT = Path(__file__).resolve().parents[4]
TABLE = Path(refusals.__file__)
SHIPPED = ("services", "runtime", "schemas")
QUOTED = re.compile(r"""["'](\w+)["']""")
NOES = {"Rejection", "Refused", "DocumentRefused", "_refuse"}
"""Their first argument is the code of a refusal."""
LOOKUPS = {"require_found", "matching"}
"""Their last one is the code of what is not found."""


def _sources(*rooms: str) -> Iterator[str]:
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            if path not in (TABLE, Path(__file__)):
                yield path.read_text(encoding="utf-8")


@cache
def _words(*rooms: str) -> frozenset[str]:
    """All strings of one word that stand in the sources, quoted."""
    return frozenset(word for source in _sources(*rooms) for word in QUOTED.findall(source))


@cache
def _noes() -> frozenset[str]:
    """Codes that a process can say no with, however its source names them."""
    return frozenset(_said())


def _said() -> Iterator[str]:
    for source in _sources(*SHIPPED):
        tree = ast.parse(source)
        constants = {name: text for node in tree.body for name, text in _named(node)}
        for node in ast.walk(tree):
            for code in _codes(node):
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value
                elif isinstance(code, ast.Name) and code.id in constants:
                    yield constants[code.id]


def _named(node: ast.AST) -> Iterator[tuple[str, str]]:
    """A constant of a module that is a string."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
            yield name, text
        case _:
            pass


def _codes(node: ast.AST) -> Iterator[ast.expr]:
    """Where a node has a code: in the call of a no, as `code` of another one, as `code` of a class or a parameter."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *others], keywords=keywords):
            if name in NOES:
                yield first
            if name in LOOKUPS:
                yield [first, *others][-1]
            yield from (keyword.value for keyword in keywords if keyword.arg == "code")
        case ast.Call(keywords=keywords):
            yield from (keyword.value for keyword in keywords if keyword.arg == "code")
        case ast.Assign(targets=[ast.Name(id="code")], value=value):
            yield value
        case ast.arguments(kwonlyargs=named, kw_defaults=defaults):
            pairs = zip(named, defaults, strict=True)
            yield from (value for argument, value in pairs if argument.arg == "code" and value is not None)
        case _:
            pass


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_code_of_the_table_is_said_somewhere_and_tested_somewhere(code: str) -> None:
    assert code in _words(*SHIPPED)
    assert code in _words("tests")


def test_every_no_has_a_row() -> None:
    assert _noes() - set(REFUSALS) == set()


def test_the_walk_finds_a_code_wherever_it_stands() -> None:
    assert {
        "device_replaced",
        "request_too_slow",
        "receipt_not_ready",
        "service_unavailable",
        "body_encoded",
    } <= _noes()
    assert {"signature_invalid", "project_unknown", "head_too_big", "idempotency_key_reused"} <= _noes()


def test_no_code_has_two_rows() -> None:
    rows = [node for node in ast.walk(ast.parse(TABLE.read_text())) if isinstance(node, ast.Call)]
    named = [node for node in rows if isinstance(node.func, ast.Name) and node.func.id == "Refusal"]
    assert len(named) == len(REFUSALS)


def test_the_pages_name_every_code_and_every_event() -> None:
    pages = dict(reference.pages())

    assert all(f"| `{code}` |" in pages["refusals.md"] for code in REFUSALS)
    assert all(f"`{event_type}`" in pages["events.md"] for event_type in EVENT_TYPES)
    assert all(model.__doc__ for model in EVENT_TYPES.values())


@pytest.mark.parametrize("name", ["license-file", "return-receipt"])
def test_the_page_names_every_element_and_attribute_of_a_document(name: str) -> None:
    record = json.loads((ROOT / f"schemas/golden/published/{name}.json").read_text(encoding="utf-8"))
    root = etree.fromstring(record["value"].encode())
    own = [one for one in root.iter() if etree.QName(one).namespace == f"urn:licensing:{name}:1"]

    words = {etree.QName(one).localname for one in own} | {str(word) for one in own for word in one.attrib}
    assert {word for word in words if f"`{word}`" not in DOCUMENTS} == set()
