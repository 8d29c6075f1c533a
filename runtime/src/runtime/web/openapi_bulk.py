"""The lines of a bulk request, and their answers, in the description of an API.

OpenAPI 3.1 can describe a body of JSON Lines as a whole only. `x-itemSchema` says what a line is, as `itemSchema` does
from OpenAPI 3.2 on.
"""

from collections.abc import Iterator
from typing import Any

from runtime.web.bulk import JSON_LINES, KEY
from runtime.web.bulk_operations import XML, Operation, operations_of


def describe_bulk(description: dict[str, Any]) -> None:
    """Add `CommandLine` and `CommandAnswer` to an API that takes JSON Lines."""
    requests = list(_requests(description))
    if not requests:
        return
    description["components"]["schemas"] |= {"CommandLine": _line(description), "CommandAnswer": _ANSWER}
    for operation in requests:
        operation["requestBody"]["content"][JSON_LINES]["x-itemSchema"] = _named("CommandLine")
        operation["responses"]["200"]["content"][JSON_LINES]["x-itemSchema"] = _named("CommandAnswer")


def _requests(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in description["paths"].values():
        for operation in methods.values():
            if JSON_LINES in operation.get("requestBody", {}).get("content", {}):
                yield operation


def _named(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _line(description: dict[str, Any]) -> dict[str, Any]:
    commands = [_command(description, name, one) for name, one in sorted(operations_of(description).items())]
    return {
        "type": "object",
        "description": "One command with the idempotency key that its POST would have.",
        "properties": {"idempotency_key": KEY.json_schema(), "command": {"oneOf": commands}},
        "required": ["idempotency_key", "command"],
        "additionalProperties": False,
    }


def _command(description: dict[str, Any], name: str, operation: Operation) -> dict[str, Any]:
    """What its path and its body have, beside its name."""
    described = description["paths"][operation.path][operation.method]
    found: dict[str, Any] = {"name": {"const": name, "type": "string"}}
    found |= {one["name"]: one["schema"] for one in described.get("parameters", ()) if one["in"] == "path"}
    body = _body(description, described, operation)
    return {
        "type": "object",
        "title": name,
        "properties": found | body["properties"],
        "required": [*found, *body.get("required", ())],
        "additionalProperties": False,
    }


def _body(description: dict[str, Any], described: dict[str, Any], operation: Operation) -> dict[str, Any]:
    if operation.body_type == XML:
        document = {"type": "string", "contentEncoding": "base64", "contentMediaType": XML}
        return {"properties": {"document": document}, "required": ["document"]}
    if not operation.fields:
        return {"properties": {}}
    name = described["requestBody"]["content"][operation.body_type]["schema"]["$ref"].rpartition("/")[2]
    body: dict[str, Any] = description["components"]["schemas"][name]
    return body


_ANSWER: dict[str, Any] = {
    "type": "object",
    "description": "What became of a line: `answer` below status 400, else `problem`.",
    "properties": {
        "line": {"type": "integer", "minimum": 1, "description": "Its number; blank lines count."},
        "idempotency_key": {"type": "string", "description": "Left out where the line has none that can be read."},
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "answer": {"type": "object", "additionalProperties": True, "description": "What the command's POST answers."},
        "problem": {"$ref": "#/components/schemas/ProblemBody"},
    },
    "required": ["line", "status"],
    "additionalProperties": False,
}
