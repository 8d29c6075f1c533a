"""Every operation of the API about some thing, asked for by its description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.entrypoints.api.app import application

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


def about(names: frozenset[str]) -> Iterator[Operation]:
    """The operations with a place in path or query for one of these names."""
    for path, operations in application().openapi()["paths"].items():
        for method, said in operations.items():
            places = [one for one in said.get("parameters", ()) if one["in"] in {"path", "query"}]
            if names & {one["name"] for one in places}:
                asked = tuple(one["name"] for one in places if one["in"] == "query")
                content = said.get("requestBody", {}).get("content", {}).get(JSON, {})
                yield Operation(method.upper(), path, asked, content.get("example"))
