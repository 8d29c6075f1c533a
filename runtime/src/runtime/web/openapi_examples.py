"""Examples in the description of an API: each body and each result, composed of the examples of its members."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

Schema = dict[str, Any]
ByName = Mapping[str, object]
"""The example of a member or parameter whose schema has none, by its name."""
JSON = "application/json"
_DAY, _TIME = "2026-11-24", "2026-11-24T09:00:00Z"
_OF_FORMATS = {"date": _DAY, "date-time": _TIME}


class NoExample(Exception):  # noqa: N818 - states the world
    """A member whose schema has no example, nor has its name."""


def describe_examples(api: Schema, by_name: ByName) -> None:
    """Add an example to each path parameter, each JSON body and each JSON result.

    A body has what it must have, a result all that it can have. Where a member has no example, nothing is shown: a test
    of the API asks for all of them.
    """
    examples = _Examples(api["components"]["schemas"], by_name)
    for operation in _operations(api):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                with suppress(NoExample):
                    parameter["example"] = examples.of(parameter["schema"], parameter["name"], whole=True)
        for content, whole in _contents(operation):
            with suppress(NoExample):
                content["example"] = examples.of(content["schema"], "", whole=whole)


def _operations(api: Schema) -> Iterator[Schema]:
    return (operation for operations in api["paths"].values() for operation in operations.values())


def _contents(operation: Schema) -> Iterator[tuple[Schema, bool]]:
    """The JSON of a request, and that of each result."""
    if JSON in (request := operation.get("requestBody", {}).get("content", {})):
        yield request[JSON], False
    for status, response in operation["responses"].items():
        if status < "300" and response.get("content", {}).get(JSON, {}).get("schema"):
            yield response["content"][JSON], True


class _Examples:
    def __init__(self, schemas: Mapping[str, Schema], by_name: ByName) -> None:
        self._schemas = schemas
        self._by_name = by_name

    def of(self, schema: Schema, name: str, *, whole: bool) -> object:
        """A value of this schema; `name` is the member that has it."""
        match schema:
            case {"examples": [first, *_]} | {"const": first} | {"enum": [first, *_]}:
                return first
            case {"$ref": str(reference)}:
                return self.of(self._schemas[reference.rpartition("/")[2]], name, whole=whole)
            case {"anyOf": [*some]} | {"oneOf": [*some]} | {"allOf": [*some]}:
                return self.of(next(one for one in some if one.get("type") != "null"), name, whole=whole)
            case {"type": "object", "properties": dict(members)}:
                wanted = members if whole else {name: members[name] for name in schema.get("required", ())}
                return {name: self.of(member, name, whole=whole) for name, member in wanted.items()}
            case {"type": "array", "items": dict(item)}:
                return [self.of(item, name, whole=whole)]
            case {"type": "array", "prefixItems": [*items]}:
                return [self.of(item, name, whole=whole) for item in items]
            case {"format": str(form)} if form in _OF_FORMATS:
                return _OF_FORMATS[form]
            case _:
                return self._plain(schema, name)

    def _plain(self, schema: Schema, name: str) -> object:
        match schema.get("type"):
            case "boolean":
                return False
            case "object":
                return {}
            case "integer" if name not in self._by_name:
                return max(1, schema.get("minimum", 1))
            case _ if name in self._by_name:
                return self._by_name[name]
            case _:
                raise NoExample(name)
