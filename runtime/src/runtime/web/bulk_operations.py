"""What a line of a bulk request may name: the operations of an API, by its own description."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

JSON = "application/json"
XML = "application/xml"

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """A POST or PUT of the API; `path` has its parameters in braces. `body_type` is of what it takes."""

    method: str
    path: str
    parameters: tuple[str, ...]
    fields: frozenset[str]
    body_type: str = JSON

    @property
    def members(self) -> tuple[str, ...]:
        """What a line of it has beside its name."""
        return *self.parameters, *sorted(self.fields)


def operations(app: FastAPI) -> Mapping[str, Operation]:
    """What a line may name."""
    return operations_of(app.openapi())


def operations_of(api: dict[str, Any]) -> Mapping[str, Operation]:
    """Every POST with a JSON response and a JSON body or none, and every PUT, of this description."""
    return {
        described["operationId"].replace("_", "-"): Operation(
            method,
            path,
            tuple(_PARAMETER.findall(path)),
            _fields(api, described),
            XML if XML in _content(described) else JSON,
        )
        for path, methods in api["paths"].items()
        for method, described in methods.items()
        if method == "put" or (method == "post" and _answers_json(described) and _is_single(described))
    }


def _fields(api: dict[str, Any], described: dict[str, Any]) -> frozenset[str]:
    """The fields of its JSON body; the one of a document in a line."""
    content = _content(described)
    if XML in content:
        return frozenset({"document"})
    name = content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    return frozenset(api["components"]["schemas"][name]["properties"]) if name else frozenset()


def _content(described: dict[str, Any]) -> dict[str, Any]:
    """The body that an operation takes, by its media types."""
    content: dict[str, Any] = described.get("requestBody", {}).get("content", {})
    return content


def _is_single(described: dict[str, Any]) -> bool:
    """Whether it takes one command: in JSON, or without a body."""
    content = _content(described)
    return not content or JSON in content


def _answers_json(described: dict[str, Any]) -> bool:
    return any(JSON in one.get("content", {}) for one in described["responses"].values())
