"""The texts that people write freely into requests of an API, found in how the API declares them."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, get_args

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

UNSEEN = "\0\x1b\u202e\u200b\ufeff\u00ad\u2028\ud800\ue000\u3164"
"""NUL, a control, a turned direction, nothing at all in four ways, half a character, a private one, and a filler."""
SAMPLES = ("Zürich <b>{{7*7}}", "z<b>@{{7*7}}.example", "=cmd|x")
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


class FreeText(NamedTuple):
    """A member of a body, or a value in the address of a request that changes something."""

    where: str
    name: str
    adapter: TypeAdapter[Any]

    def takes(self, text: str) -> bool:
        """Whether this text may stand there, by itself or in a list."""
        return any(_is_valid(self.adapter, said) for said in (text, [text]))


def free_texts(app: FastAPI) -> Iterator[FreeText]:
    """Those that take what a person may think of; codes, ids and numbers do not."""
    for (where, name), field in _fields(app).items():
        annotated: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        found = FreeText(where, name, TypeAdapter(annotated))
        if any(found.takes(one) for one in SAMPLES):
            yield found


def _fields(app: FastAPI) -> dict[tuple[str, str], FieldInfo]:
    models, fields = set[type[BaseModel]](), dict[tuple[str, str], FieldInfo]()
    for route in _routes(app.routes):
        if WRITES & set(route.methods or ()):
            for parameter in route.dependant.body_params:
                _reach(parameter.field_info.annotation, models)
            fields |= {(route.path, name): field for name, field in _of_address(route.dependant)}
    return fields | {(one.__name__, name): field for one in models for name, field in one.model_fields.items()}


def _routes(routes: Any) -> Iterator[APIRoute]:
    for one in routes:
        if isinstance(one, APIRoute):
            yield one
        else:
            yield from _routes(getattr(getattr(one, "original_router", None), "routes", ()))


def _of_address(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    yield from ((one.name, one.field_info) for one in dependant.query_params)
    for more in dependant.dependencies:
        yield from _of_address(more)


def _reach(kind: Any, models: set[type[BaseModel]]) -> None:
    """All models of a body."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in models:
        models.add(kind)
        for field in kind.model_fields.values():
            _reach(field.annotation, models)
    for part in get_args(kind):
        _reach(part, models)


def _is_valid(adapter: TypeAdapter[Any], said: object) -> bool:
    try:
        adapter.validate_python(said)
    except ValidationError:
        return False
    return True
