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


class Said(NamedTuple):
    """What the source of a place says: codes, commands, whether the viewer is named, and where its names lead."""

    codes: frozenset[str]
    commands: frozenset[str]
    viewer: bool
    targets: frozenset[Place]


def routes() -> dict[str, frozenset[str]]:
    """The codes of every operation, by its name."""
    return dict(sorted((place.name, _codes_of_route(place)) for place in _routes()))


@cache
def of_command(name: str) -> frozenset[str]:
    """The codes that a command can be refused with, by the name of its class."""
    before, rules = Place(f"{DOMAIN}.decide", "decide"), Place(_module_of_rules(name), "decide")
    return OF_COMMANDS.union(*(said.codes for start in (before, rules) for said in _reached(start, name)))


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
    commands = frozenset[str]().union(*(said.commands for said in reached))
    asks = any(said.viewer for said in reached)
    return frozenset[str]().union(
        *(said.codes for said in reached), *map(of_command, commands), {"no_right"} if asks else ()
    )


@cache
def _command_names() -> frozenset[str]:
    return frozenset(model.__name__ for model in get_args(Command))


def _reached(start: Place, command: str | None) -> list[Said]:
    """What is said at all places that are named from `start` on, as far as it counts for a command."""
    found: dict[Place, Said] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place not in found and place.name in _module(place.module).defined:
            found[place] = _said(place, command if _tells_commands_apart(place) else None)
            waiting += found[place].targets
    return list(found.values())


@cache
def _tells_commands_apart(place: Place) -> bool:
    return any(isinstance(node, ast.match_case) for node in ast.walk(_module(place.module).defined[place.name]))


@cache
def _said(place: Place, command: str | None) -> Said:
    known = _module(place.module)
    nodes = list(_relevant(known.defined[place.name], command))
    constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    targets = {target for node in nodes if (target := _target(place.module, known, node))}
    viewer = any(isinstance(node, ast.Attribute) and node.attr == VIEWER for node in nodes)
    return Said(frozenset(constants & REFUSALS.keys()), _command_names() & names, viewer, frozenset(targets))


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
