"""Which refusals each operation of an API can answer, read from the sources: `make generate`.

A walk over names: from a route's function to all that it names, and from a command to the rules that decide it. Every
string on the way that is a code of the table may be answered. It follows no values, so it may find a code too many but
never one too few; tests compare it with what the rules answer.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, cast, get_args

from contracts.commands import Command
from contracts.refusals import REFUSALS
from contracts.rma.commands import RmaCommand
from ledger.domain.families import DECIDE
from ledger.entrypoints.api.http.accesses import RECORDING as LEDGER_RECORDING
from rma.entrypoints.api.http.accesses import RECORDING as RMA_RECORDING
from runtime.web.accesses import Recording

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "runtime.web")
SILENT = (
    *("contracts.refusals", "runtime.web.problems"),
    *("contracts.commands", "contracts.events", "contracts.rma"),
)
"""They answer no code: tables name all of them, and a union of commands would lead to the rules of all families."""
HEAD = '''\
"""The refusals of each operation. Made from the sources by `make generate`; do not edit."""

# fmt: off
# ruff: noqa: E501  # a route is a line
ROUTE_REFUSALS: dict[str, frozenset[str]] = {
'''
METHODS = frozenset({"get", "put", "post", "delete"})


@dataclass(frozen=True)
class Api:
    """The API of a service. `rules` is the module with the rules of a command, by the name of its class.

    `of_commands` is what the writer refuses before any rule decides. A route that leads to an attribute `reader` reads
    for somebody, which has refusals of its own: `of_readers`. What is read is recorded as `recording` says.
    """

    service: str
    commands: tuple[type, ...]
    rules: Callable[[str], str]
    of_commands: frozenset[str]
    reader: str
    of_readers: frozenset[str]
    recording: Recording | None = field(default=None, hash=False)

    @property
    def file(self) -> Path:
        """The table beside the API."""
        return ROOT / f"services/{self.service}/src/{self.service}/entrypoints/api/openapi/route_refusals.py"

    @property
    def domain(self) -> str:
        return f"{self.service}.domain"

    @property
    def routes(self) -> str:
        return f"{self.service}.entrypoints.api"

    @property
    def packages(self) -> tuple[str, ...]:
        return self.domain, self.routes, *PACKAGES

    @property
    def silent(self) -> tuple[str, ...]:
        return f"{self.routes}.http.problems", f"{self.domain}.refusals", *SILENT


def _module_of_family(command: str) -> str:
    """The module of the family that decides a command, as the ledger's registry has it."""
    return next(rules.__module__ for model, rules in DECIDE.items() if model.__name__ == command)


LEDGER = Api(
    service="ledger",
    commands=get_args(Command),
    rules=_module_of_family,
    of_commands=frozenset({"idempotency_key_reused", "log_stopped"}),
    reader="viewer",
    of_readers=frozenset({"no_right"}),
    recording=LEDGER_RECORDING,
)
RMA = Api(
    service="rma",
    commands=get_args(RmaCommand),
    rules=lambda _: "rma.domain.decide",
    of_commands=frozenset({"idempotency_key_reused", "log_stopped", "ledger_view_behind"}),
    reader="rights",
    of_readers=frozenset({"no_right", "ledger_view_behind"}),
    recording=RMA_RECORDING,
)
AUDIO = Api(
    service="audio",
    commands=(),
    rules=lambda _: "",
    of_commands=frozenset(),
    reader="",
    of_readers=frozenset(),
)
APIS = (LEDGER, RMA, AUDIO)


class Place(NamedTuple):
    """A function, class or value of a module."""

    module: str
    name: str


class Module(NamedTuple):
    """What a module defines, and where the names come from that it imports."""

    defined: Mapping[str, ast.stmt]
    imported: Mapping[str, Place]


class Said(NamedTuple):
    """What the source of a place says: codes, commands, whether it reads for somebody, and where its names lead."""

    codes: frozenset[str]
    commands: frozenset[str]
    reads: bool
    targets: frozenset[Place]


def routes(api: Api) -> dict[str, frozenset[str]]:
    """The codes of every operation, by its name."""
    return dict(sorted((place.name, _codes_of_route(api, place)) for place in _routes(api)))


@cache
def of_command(api: Api, name: str) -> frozenset[str]:
    """The codes that a command can be refused with, by the name of its class."""
    before, rules = Place(f"{api.domain}.decide", "decide"), Place(api.rules(name), "decide")
    return api.of_commands.union(*(said.codes for start in {before, rules} for said in _reached(api, start, name)))


def _routes(api: Api) -> Iterator[Place]:
    for module in _modules(api):
        if module.startswith(api.routes):
            for name, node in _module(api, module).defined.items():
                if isinstance(node, ast.AsyncFunctionDef) and any(map(_is_route, node.decorator_list)):
                    yield Place(module, name)


def _is_route(decorator: ast.expr) -> bool:
    return _method(decorator) in METHODS


def _method(decorator: ast.expr) -> str:
    """The method of a route, by the decorator that makes it one."""
    match decorator:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="router"), attr=method)):
            return method
        case _:
            return ""


def _codes_of_route(api: Api, route: Place) -> frozenset[str]:
    reached = _reached(api, route, None)
    commands = frozenset[str]().union(*(said.commands for said in reached))
    reads = api.of_readers if any(said.reads for said in reached) else frozenset[str]()
    recorded = frozenset({"access_not_recorded"}) if _is_recorded(api, route) else frozenset[str]()
    return (reads | recorded).union(*(said.codes for said in reached), *(of_command(api, name) for name in commands))


def _is_recorded(api: Api, route: Place) -> bool:
    node = _module(api, route.module).defined[route.name]
    methods = {_method(one) for one in cast("ast.AsyncFunctionDef", node).decorator_list}
    return api.recording is not None and "get" in methods and api.recording.takes("GET", route.name)


@cache
def _command_names(api: Api) -> frozenset[str]:
    return frozenset(model.__name__ for model in api.commands)


@cache
def _names_of(api: Api, command: str) -> frozenset[str]:
    """The names that a pattern may have for a command: its own, and those of its bases."""
    model = next(one for one in api.commands if one.__name__ == command)
    return frozenset(one.__name__ for one in model.__mro__)


def _reached(api: Api, start: Place, command: str | None) -> list[Said]:
    """What is said at all places that are named from `start` on, as far as it counts for a command."""
    found: dict[Place, Said] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place not in found and place.name in _module(api, place.module).defined:
            found[place] = _said(api, place, command if _tells_commands_apart(api, place) else None)
            waiting += found[place].targets
    return list(found.values())


@cache
def _tells_commands_apart(api: Api, place: Place) -> bool:
    return any(isinstance(node, ast.match_case) for node in ast.walk(_module(api, place.module).defined[place.name]))


@cache
def _said(api: Api, place: Place, command: str | None) -> Said:
    known = _module(api, place.module)
    nodes = list(_relevant(api, known.defined[place.name], command))
    constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    targets = {target for node in nodes if (target := _target(place.module, known, node))}
    reads = any(isinstance(node, ast.Attribute) and node.attr == api.reader for node in nodes)
    return Said(frozenset(constants & REFUSALS.keys()), _command_names(api) & names, reads, frozenset(targets))


def _relevant(api: Api, node: ast.AST, command: str | None) -> Iterator[ast.AST]:
    """A node and all in it, without the cases that other commands are for."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (command and isinstance(child, ast.match_case) and _is_for_another(api, child.pattern, command)):
            yield from _relevant(api, child, command)


def _is_for_another(api: Api, pattern: ast.pattern, command: str) -> bool:
    named = {
        one.cls.id for one in ast.walk(pattern) if isinstance(one, ast.MatchClass) and isinstance(one.cls, ast.Name)
    }
    of_commands = frozenset[str]().union(*(_names_of(api, name) for name in _command_names(api)))
    return bool(named) and named <= of_commands and not named & _names_of(api, command)


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
def _modules(api: Api) -> frozenset[str]:
    return frozenset(one for package in api.packages for one in _inside(package) if not one.startswith(api.silent))


def _inside(package: str) -> Iterator[str]:
    spec = find_spec(package)
    for one in iter_modules(spec.submodule_search_locations if spec else None):
        yield f"{package}.{one.name}"
        if one.ispkg:
            yield from _inside(f"{package}.{one.name}")


@cache
def _module(api: Api, name: str) -> Module:
    spec = find_spec(name) if name in _modules(api) else None
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


def text(api: Api) -> str:
    """The table as a module, a line for each route."""
    rows = (f'    "{name}": frozenset({{{_quoted(codes)}}}),\n' for name, codes in routes(api).items())
    return "".join([HEAD, *rows, "}\n"])


def _quoted(codes: frozenset[str]) -> str:
    return ", ".join(f'"{code}"' for code in sorted(codes))


def main() -> None:
    """Write the table beside each API."""
    for api in APIS:
        api.file.write_text(text(api), encoding="utf-8")
        sys.stdout.write(f"{api.file.name} of {api.service} written\n")
