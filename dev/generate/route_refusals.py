"""Which refusals each operation of the API can answer, read from the sources: `make generate`.

A walk over names: from a route's function to all that it names, and from a command to the rules that decide it. Every
string on the way that is a code of the table may be answered. It follows no values, so it may find a code too many but
never one too few; tests compare it with what the rules answer.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, get_args

from contracts.commands import Command
from contracts.refusals import REFUSALS
from ledger.domain.families import DECIDE

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "services/ledger/src/ledger/entrypoints/api/openapi/route_refusals.py"
DOMAIN, API = "ledger.domain", "ledger.entrypoints.api"
PACKAGES = (DOMAIN, API, "contracts", "runtime.web")
SILENT = (
    *("contracts.refusals", f"{API}.http.problems", "runtime.web.problems"),
    *("contracts.commands", "contracts.events"),
)
"""They answer no code: tables name all of them, and a union of commands would lead to the rules of all families."""
OF_COMMANDS = frozenset({"idempotency_key_reused", "log_stopped"})
"""What the writer refuses before any rule decides."""
VIEWER = "viewer"
"""A route that names the viewer queries the read side, which has a refusal of its own."""
HEAD = '''\
"""The refusals of each operation. Made from the sources by `make generate`; do not edit."""

# fmt: off
# ruff: noqa: E501  # a route is a line
ROUTE_REFUSALS: dict[str, frozenset[str]] = {
'''
METHODS = frozenset({"get", "put", "post", "delete"})


class Place(NamedTuple):
    """A function, class or value of a module."""

    module: str
    name: str


class Module(NamedTuple):
    """What a module defines, and where the names come from that it imports."""

    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Place]


def routes() -> dict[str, frozenset[str]]:
    """The codes of every operation, by its name."""
    return dict(sorted((place.name, _codes_of_route(place)) for place in _routes()))


@cache
def of_command(name: str) -> frozenset[str]:
    """The codes that a command can be refused with, by the name of its class."""
    before, rules = Place(f"{DOMAIN}.decide", "decide"), Place(_module_of_rules(name), "decide")
    return _codes(_reached(before, name)) | _codes(_reached(rules, name)) | OF_COMMANDS


def _module_of_rules(command: str) -> str:
    """The module of the family that decides a command, as the ledger's registry has it."""
    return next(rules.__module__ for model, rules in DECIDE.items() if model.__name__ == command)


def _routes() -> Iterator[Place]:
    for module in _modules():
        if module.startswith(API):
            for name, node in _module(module).defined.items():
                if isinstance(node, ast.AsyncFunctionDef) and any(map(_is_route, node.decorator_list)):
                    yield Place(module, name)


def _is_route(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="router"), attr=method)):
            return method in METHODS
        case _:
            return False


def _codes_of_route(route: Place) -> frozenset[str]:
    reached = _reached(route, None)
    codes = _codes(reached)
    commands = {name for _, nodes in reached.items() for name in _names(nodes) if name in _command_names()}
    asks = any(isinstance(one, ast.Attribute) and one.attr == VIEWER for nodes in reached.values() for one in nodes)
    return codes.union(*map(of_command, commands), {"no_right"} if asks else ())


@cache
def _command_names() -> frozenset[str]:
    return frozenset(model.__name__ for model in get_args(Command))


def _reached(start: Place, command: str | None) -> dict[Place, list[ast.AST]]:
    """All places that are named from `start` on, with what of them counts for a command."""
    found: dict[Place, list[ast.AST]] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        known = _module(place.module)
        if place in found or place.name not in known.defined:
            continue
        found[place] = list(_relevant(known.defined[place.name], command))
        waiting += [target for node in found[place] if (target := _target(place.module, known, node))]
    return found


def _relevant(node: ast.AST, command: str | None) -> Iterator[ast.AST]:
    """A node and all in it, without the cases that other commands are for."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (command and isinstance(child, ast.match_case) and _is_for_another(child.pattern, command)):
            yield from _relevant(child, command)


def _is_for_another(pattern: ast.pattern, command: str) -> bool:
    named = {
        one.cls.id for one in ast.walk(pattern) if isinstance(one, ast.MatchClass) and isinstance(one.cls, ast.Name)
    }
    return bool(named) and named <= _command_names() and command not in named


def _target(module: str, known: Module, node: ast.AST) -> Place | None:
    match node:
        case ast.Name(id=name) if name in known.defined:
            return Place(module, name)
        case ast.Name(id=name):
            return known.imported.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in known.imported:
            package, inner = known.imported[name]
            return Place(f"{package}.{inner}", attribute)
        case _:
            return None


def _names(nodes: list[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _codes(reached: Mapping[Place, list[ast.AST]]) -> frozenset[str]:
    said = {one.value for nodes in reached.values() for one in nodes if isinstance(one, ast.Constant)}
    return frozenset(code for code in REFUSALS if code in said)


@cache
def _modules() -> frozenset[str]:
    return frozenset(one for package in PACKAGES for one in _inside(package) if not one.startswith(SILENT))


def _inside(package: str) -> Iterator[str]:
    spec = find_spec(package)
    for one in iter_modules(spec.submodule_search_locations if spec else None):
        yield f"{package}.{one.name}"
        if one.ispkg:
            yield from _inside(f"{package}.{one.name}")


@cache
def _module(name: str) -> Module:
    spec = find_spec(name) if name in _modules() else None
    if spec is None or spec.origin is None:
        return Module({}, {})
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Place] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=one) | ast.AsyncFunctionDef(name=one) | ast.ClassDef(name=one):
                defined[one] = node
            case ast.Assign(targets=[ast.Name(id=one)]) | ast.AnnAssign(target=ast.Name(id=one)):
                defined[one] = node
            case ast.ImportFrom(module=str(source), names=names):
                imported |= {one.asname or one.name: Place(source, one.name) for one in names}
            case _:
                pass
    return Module(defined, imported)


def text() -> str:
    """The table as a module, a line for each route."""
    return "".join(
        [HEAD, *(f'    "{name}": frozenset({{{_quoted(codes)}}}),\n' for name, codes in routes().items()), "}\n"]
    )


def _quoted(codes: frozenset[str]) -> str:
    return ", ".join(f'"{code}"' for code in sorted(codes))


def main() -> None:
    """Write the table beside the API."""
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name} written\n")
