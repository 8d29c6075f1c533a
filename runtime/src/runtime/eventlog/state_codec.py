"""A state as JSON and back, by its type alone: what a snapshot is made of.

It knows what immutable states are made of: named tuples, frozen dataclasses, maps, sets, tuples, dates and wire models.
A type that it does not know is refused when the codec is made, so at the start of a process.
"""

import dataclasses
import hashlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from immutables import Map

from contracts.models import WireModel

PIECE = 250
"""Members of a map in one piece of JSON: less than 2 ms of work for the process that makes it."""
MACHINE = "runtime.eventlog"

State = TypeVar("State")
Convert = Callable[[Any], Any]


class Form(NamedTuple):
    """How values of a type become JSON and come back; None leaves them as they are."""

    encode: Convert | None = None
    decode: Convert | None = None


def _shared(value: Any) -> Any:
    """What JSON has itself; equal texts are one, as a state from JSON would take twice the memory otherwise."""
    return sys.intern(value) if isinstance(value, str) else value


PLAIN = Form(decode=_shared)
DAY = Form(date.isoformat, lru_cache(10_000)(date.fromisoformat))
Leaf = tuple[str, Any]
"""A member of the state by its path, such as `cold.blocked`, and its type."""


@dataclasses.dataclass(frozen=True, slots=True)
class StateCodec(Generic[State]):
    """Takes a state apart into pieces of bounded size, and puts it together again.

    `made_by` are the packages whose code makes the state from the entries.
    """

    kind: type[State]
    made_by: tuple[str, ...]
    _leaves: Mapping[str, "tuple[Form, Form] | Form"]

    @classmethod
    def of(cls, kind: type[State], *, made_by: tuple[str, ...]) -> "StateCodec[State]":
        """The codec of a type; raises TypeError for what it does not know."""
        return cls(kind, made_by, {path: _leaf_form(hint) for path, hint in _leaves(kind)})

    def fingerprint(self) -> str:
        """SHA-256 of the code that made the state: after any change of it a state is made anew from the log."""
        return digest_of_code((*self.made_by, MACHINE), self.kind.__qualname__)

    def pieces(self, state: State) -> Iterator[list[Any]]:
        """Path and JSON of one member after the other; big maps in several."""
        for path, form in self._leaves.items():
            value: Any = state
            for name in path.split(".") if path else ():
                value = getattr(value, name)
            if isinstance(form, Form):
                yield [path, form.encode(value) if form.encode else value]
            else:
                yield from ([path, some] for some in _pairs(value, *form))

    def assembled(self, pieces: Iterable[list[Any]]) -> State:
        """The state again; raises ValueError, KeyError or TypeError where the pieces are not of such a state."""
        members: dict[str, Any] = {
            path: Map[Any, Any]().mutate() for path, form in self._leaves.items() if not isinstance(form, Form)
        }
        for path, content in pieces:
            form = self._leaves[path]
            if isinstance(form, Form):
                members[path] = form.decode(content) if form.decode else content
            else:
                key, value = (one.decode or _same for one in form)
                members[path].update((key(k), value(v)) for k, v in content)
        state: State = self._put_together(self.kind, "", members)
        return state

    def _put_together(self, kind: Any, path: str, members: Mapping[str, Any]) -> Any:
        if path in self._leaves:
            return members[path] if isinstance(self._leaves[path], Form) else members[path].finish()
        below = f"{path}." if path else ""
        return kind(*(self._put_together(hint, f"{below}{name}", members) for name, hint in _fields(kind)))


@cache
def digest_of_code(packages: tuple[str, ...], about: str = "") -> str:
    """SHA-256 of the sources of these packages."""
    digest = hashlib.sha256(about.encode())
    for package in packages:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for source in sorted(Path(folder).rglob("*.py")):
                digest.update(f"\n{package}/{source.relative_to(folder)}\n".encode())
                digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def _leaves(kind: Any, path: str = "") -> Iterator[Leaf]:
    """The members of a state, with those of a named tuple in it beside the others."""
    if not _is_named_tuple(kind):
        yield path, kind
        return
    for name, hint in _fields(kind):
        yield from _leaves(hint, f"{path}.{name}" if path else name)


def _leaf_form(hint: Any) -> "tuple[Form, Form] | Form":
    if get_origin(hint) is Map:
        key, value = get_args(hint)
        return form_of(key), form_of(value)
    return form_of(hint)


def _pairs(members: Mapping[Any, Any], key: Form, value: Form) -> Iterator[list[Any]]:
    encode_key, encode_value = key.encode or _same, value.encode or _same
    items = iter(members.items())
    while some := [[encode_key(k), encode_value(v)] for k, v in islice(items, PIECE)]:
        yield some


def _same(value: Any) -> Any:
    return value


@cache
def form_of(hint: Any) -> Form:
    """How values of this type become JSON; raises TypeError."""
    origin = get_origin(hint)
    if origin is Annotated:
        return form_of(get_args(hint)[0])
    if hasattr(hint, "__supertype__"):
        return form_of(hint.__supertype__)
    if origin is Literal or hint in {str, int, bool, types.NoneType}:
        return PLAIN
    if hint is date:
        return DAY
    if hint is datetime:
        return Form(datetime.isoformat, datetime.fromisoformat)
    if origin in {Union, types.UnionType}:
        return _union(get_args(hint))
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is frozenset:
        one = form_of(*get_args(hint))
        return Form(lambda v: sorted(map(one.encode or _same, v)), lambda v: frozenset(map(one.decode or _same, v)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(Map if origin is Map else dict, *map(form_of, get_args(hint)))
    if isinstance(hint, type):
        return _class(hint)
    raise TypeError(f"no codec knows {hint}")


def _class(kind: Any) -> Form:
    if issubclass(kind, WireModel):
        return Form(lambda v: v.json_bytes().decode(), lambda v: kind.from_json_bytes(v.encode()))
    if _is_named_tuple(kind) or dataclasses.is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"no codec knows {kind}")


def _record(kind: Any) -> Form:
    """A list of the fields, in their order."""
    names, hints = zip(*_fields(kind), strict=True)
    encodes, decodes = zip(*map(form_of, hints), strict=True)
    as_it_is = _is_named_tuple(kind) and not any(encodes)

    def encode(value: Any) -> list[Any]:
        members = (getattr(value, name) for name in names)
        return [one(v) if one else v for one, v in zip(encodes, members, strict=True)]

    def decode(value: Any) -> Any:
        return kind(*[one(v) if one else v for one, v in zip(decodes, value, strict=True)])

    return Form(None if as_it_is else encode, decode)


def _tuple(members: tuple[Any, ...]) -> Form:
    if members[-1] is ...:
        one = form_of(members[0])
        encode, decode = one.encode or _same, one.decode or _same
        return Form(one.encode and (lambda v: list(map(encode, v))), lambda v: tuple(map(decode, v)))
    forms = [form_of(member) for member in members]
    encodes, decodes = [one.encode or _same for one in forms], [one.decode or _same for one in forms]
    return Form(
        lambda v: [encode(one) for encode, one in zip(encodes, v, strict=True)],
        lambda v: tuple(decode(one) for decode, one in zip(decodes, v, strict=True)),
    )


def _mapping(kind: type[Any], key: Form, value: Form) -> Form:
    """Pairs, as a key of JSON is always a string."""
    return Form(
        lambda v: [[(key.encode or _same)(k), (value.encode or _same)(one)] for k, one in v.items()],
        lambda v: kind({(key.decode or _same)(k): (value.decode or _same)(one) for k, one in v}),
    )


def _union(members: tuple[Any, ...]) -> Form:
    """One class or none; of several classes, with the number of the one that it is."""
    others = [one for one in members if one is not types.NoneType]
    forms = [form_of(one) for one in others]
    if all(form == PLAIN for form in forms):
        return PLAIN
    if len(others) == 1:
        (form,) = forms
        encode, decode = form.encode or _same, form.decode or _same
        return Form(lambda v: None if v is None else encode(v), lambda v: None if v is None else decode(v))
    numbers = {get_origin(one) or one: number for number, one in enumerate(others)}

    def to_json(value: Any) -> Any:
        if value is None:
            return None
        number = numbers[type(value)]
        return [number, (forms[number].encode or _same)(value)]

    def from_json(value: Any) -> Any:
        return None if value is None else (forms[value[0]].decode or _same)(value[1])

    return Form(to_json, from_json)


def _is_named_tuple(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _fields(kind: Any) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    names = kind._fields if _is_named_tuple(kind) else [one.name for one in dataclasses.fields(kind)]
    return [(name, hints[name]) for name in names]
