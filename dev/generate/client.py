"""Makes the clients' methods and types from the APIs' descriptions: `make generate`. A test compares."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import audio.entrypoints.api.app
import ledger.entrypoints.api.app
import rma.entrypoints.api.app

PACKAGE = Path(__file__).resolve().parents[2] / "client" / "src" / "licensing_client"
HEAD = '''\
"""The API's operations and what they take and give. Made from its OpenAPI description by `make generate`."""

# ruff: noqa: E501  # sentences are the API's
from __future__ import annotations

from typing import {names}

from licensing_client.transport import Transport, {helpers}

'''
CLASS = '''
class {operations}(Transport):
    """One method for each operation."""

'''
TYPING = ("Any", "Literal", "NotRequired", "TypedDict", "cast")
HELPERS = ("given", "segment")
PRIMITIVES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
STREAMED = ("application/jsonl", "text/csv", "text/event-stream")
"""Operations with such answers are written by hand."""

XML, OCTETS = "application/xml", "application/octet-stream"

Json = dict[str, Any]


@dataclass(frozen=True)
class Module:
    """A module of the client: its file, the class with the operations, and the application that describes them."""

    file: Path
    operations: str
    application: Callable[[], FastAPI]

    def description(self) -> Json:
        """The OpenAPI description of the API."""
        return self.application().openapi()


MODULES = (
    Module(PACKAGE / "api.py", "Operations", ledger.entrypoints.api.app.application),
    Module(PACKAGE / "audio_api.py", "AudioOperations", audio.entrypoints.api.app.application),
    Module(PACKAGE / "cases_api.py", "CaseOperations", rma.entrypoints.api.app.application),
)


def source(module: Module, api: Json) -> str:
    """The module for an OpenAPI description, formatted as all our code is."""
    bodies = {_name(_body(operation) or {}) for _, _, operation in _operations(api)}
    schemas = {_renamed(name): schema for name, schema in api["components"]["schemas"].items()}
    types = [text for name, schema in schemas.items() if name not in bodies for text in _type(name, schema)]
    methods = [line for path, method, operation in _operations(api) for line in _method(api, path, method, operation)]
    code = "\n".join(types) + CLASS.format(operations=module.operations) + "\n".join(methods)
    names = [name for name in TYPING if re.search(rf"\b{name}\b", code)]
    helpers = [name for name in HELPERS if f"{name}(" in code]
    return _formatted(HEAD.format(names=", ".join(names), helpers=", ".join(helpers)) + code)


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    command = (str(ruff), "format", "--stdin-filename", str(PACKAGE / "api.py"), "-")
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _operations(api: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            if not any(kind in _content(operation) for kind in STREAMED):
                yield path, method, operation


def _content(operation: Json) -> Json:
    """The media types of the successful response."""
    return next((one.get("content", {}) for status, one in operation["responses"].items() if status[0] == "2"), {})


def _type(name: str, schema: Json) -> Iterator[str]:
    if "properties" not in schema:
        yield f"{name} = {_hint(schema)}"
        return
    required = schema.get("required", ())
    yield f"\nclass {name}(TypedDict):"
    if "description" in schema:
        yield f'    """{_text(schema["description"], "    ")}"""\n'
    for field, told in schema["properties"].items():
        hint = _hint(told)
        yield f"    {field}: {hint if field in required else f'NotRequired[{hint}]'}"
    yield ""


def _method(api: Json, path: str, method: str, operation: Json) -> Iterator[str]:
    content = _content(operation)
    answer = _hint(content["application/json"]["schema"]) if "application/json" in content else "bytes"
    yield f"    def {operation['operationId']}({', '.join(_parameters(api, path, method, operation))}) -> {answer}:"
    yield f'        """{_text(operation.get("description", ""), "        ")}"""'
    yield f"        return {_call(api, path, method, operation, answer)}\n"


def _parameters(api: Json, path: str, method: str, operation: Json) -> Iterator[str]:
    yield "self"
    yield from (f"{name}: str" for name in _path_names(path))
    if _takes(operation, XML):
        yield "document: bytes"
        return
    if _takes(operation, OCTETS):
        yield "document: bytes"
    named = [*_fields(api, operation), *_query(operation)]
    if named or method != "get":
        yield "*"
    for name, hint, required in sorted(named, key=lambda one: not one[2]):
        yield f"{name}: {hint}" if required else f"{name}: {hint.removesuffix(' | None')} | None = None"
    if method != "get":
        yield "idempotency_key: str | None = None"


def _call(api: Json, path: str, method: str, operation: Json, answer: str) -> str:
    where = 'f"' + re.sub(r"\{(\w+)\}", r"{segment(\1)}", path) + '"' if "{" in path else f'"{path}"'
    if _takes(operation, XML):
        return f"self.put_document({where}, document)"
    query = _given(_query(operation))
    if _takes(operation, OCTETS):
        return f'cast("{answer}", self.post_document({where}, document, {query}, key=idempotency_key))'
    values = _given(_fields(api, operation)) if method != "get" else query
    if answer == "bytes" and method == "post":
        return f"self.post_for_document({where}, {values}, key=idempotency_key)"
    if answer == "bytes":
        return f"self.get_document({where}, **{values})"
    if method == "get":
        return f'cast("{answer}", self.get({where}, **{values}))'
    verb = "" if method == "post" else f', method="{method.upper()}"'
    asked = f", query={query}" if list(_query(operation)) else ""
    return f'cast("{answer}", self.post({where}, {values}, key=idempotency_key{verb}{asked}))'


def _given(named: Iterator[tuple[str, str, bool]]) -> str:
    return f"given({', '.join(f'{name}={name}' for name, _, _ in named)})"


def _takes(operation: Json, kind: str) -> bool:
    return kind in operation.get("requestBody", {}).get("content", {})


def _fields(api: Json, operation: Json) -> Iterator[tuple[str, str, bool]]:
    body = _body(operation)
    if body is not None:
        schema = api["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        for name, told in schema["properties"].items():
            yield name, _hint(told), name in schema.get("required", ())


def _query(operation: Json) -> Iterator[tuple[str, str, bool]]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            hint = "str | int" if parameter["name"] == "as_of" else _hint(parameter["schema"])
            yield parameter["name"], hint, parameter["required"]


def _body(operation: Json) -> Json | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Json | None = content.get("application/json", {}).get("schema")
    return schema


def _hint(schema: Json) -> str:
    match schema:
        case {"$ref": _}:
            return _name(schema)
        case {"anyOf": list(kinds)} | {"oneOf": list(kinds)}:
            return " | ".join(dict.fromkeys(_hint(kind) for kind in kinds))
        case {"enum": list(words)}:
            return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
        case {"const": word}:
            return f"Literal[{json.dumps(word)}]"
        case {"type": "array"}:
            return f"list[{_hint(schema.get('items', {}))}]"
        case {"type": str(kind)} if kind in PRIMITIVES:
            return PRIMITIVES[kind]
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"dict[str, {_hint(values)}]"
        case {"type": "object"}:
            return "dict[str, Any]"
        case _:
            return "Any"


def _name(schema: Json) -> str:
    return _renamed(str(schema.get("$ref", "")).rpartition("/")[2])


def _renamed(name: str) -> str:
    return re.sub(r"^PageView_(\w+)_$", r"\1Page", name)


def _path_names(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def _text(text: str, indent: str) -> str:
    lines = text.strip().replace("\\", "\\\\").splitlines()
    more = [f"{indent}{line}".rstrip() for line in lines[1:]]
    return "\n".join([*lines[:1], *more, indent] if more else lines)


def main() -> None:
    for module in MODULES:
        module.file.write_text(source(module, module.description()))
        print(f"{module.file.name} written")
