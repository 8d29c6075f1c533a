"""Every operation of an API about some thing, asked for by its description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI

JSON = "application/json"
Named = Mapping[str, str]
"""The ids of things, by the name that a path, a query or a body has for them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation whose path or query names things; `body` is its example."""

    method: str
    path: str
    asked: tuple[str, ...]
    body: dict[str, Any] | None

    def address(self, named: Named) -> str:
        return self.path.format_map(named)

    def query(self, named: Named) -> dict[str, str]:
        return {name: named[name] for name in self.asked if name in named}

    def said(self, named: Named) -> dict[str, Any] | None:
        """Its body about these things, members that name none as in the example."""
        if self.body is None:
            return None
        return {name: named.get(name, value) for name, value in self.body.items()}


def about(app: FastAPI, names: frozenset[str]) -> Iterator[Operation]:
    """The operations with a place in path, query or body for one of these names.

    Where a query has several of them, each alone as well as all at once, which may be refused for that.
    """
    for path, operations in app.openapi()["paths"].items():
        for method, said in operations.items():
            places = [one for one in said.get("parameters", ()) if one["in"] in {"path", "query"}]
            body = said.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
            if names & {*(one["name"] for one in places), *(body or ())}:
                asked = tuple(one["name"] for one in places if one["in"] == "query" and one["name"] in names)
                for some in dict.fromkeys((*((one,) for one in asked), asked)):
                    yield Operation(method.upper(), path, some, body)


def unbounded_numbers(description: dict[str, Any]) -> set[str]:
    """Where clients send numbers without a least or a most, which may be more than a column or an event holds."""
    components, found = description["components"]["schemas"], set[str]()

    def look(at: str, schema: Any, seen: frozenset[str]) -> None:
        match schema:
            case {"$ref": str(name)} if name not in seen:
                look(at, components[name.rpartition("/")[2]], seen | {name})
            case {"type": "integer" | "number"} if not {"enum", "const"} & schema.keys():
                bounded = {"minimum", "exclusiveMinimum"} & schema.keys() and {
                    "maximum",
                    "exclusiveMaximum",
                } & schema.keys()
                found.update(set() if bounded else {at})
            case dict():
                for name, one in cast("dict[str, Any]", schema).items():
                    if name not in ("example", "examples"):
                        look(at if name in _STRUCTURE else f"{at} {name}", one, seen)
            case list():
                members: list[Any] = schema
                for one in members:
                    look(at, one, seen)
            case _:
                pass

    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            sent = {
                "body": operation.get("requestBody", {}).get("content", {}),
                "query": operation.get("parameters", []),
            }
            for place, schema in sent.items():
                look(f"{method.upper()} {path} {place}", schema, frozenset())
    return found


_STRUCTURE = frozenset({"properties", "items", "schema", "anyOf", "oneOf", "allOf", JSON})
