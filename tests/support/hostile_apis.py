"""APIs that answer as their descriptions say, with the same hostile text wherever text may stand."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from threading import Lock
from typing import Any

import httpx

import audio.entrypoints.api.app
import ledger.entrypoints.api.app
import rma.entrypoints.api.app

TEXT = "javascript:alert(1)//\"'><img src=x onerror=alert(2)><script>alert(3)</script><!--{{7*7}}"
"""Acts where it begins an address, ends an attribute, or stands as markup."""
FORMS = {"date-time": "2026-11-28T20:15:00Z", "date": "2026-11-28"}
NAMED_FORMS = {
    "serial": "00903304a1c7",
    "source": "issuance",
    "target": "retired",
    "license_class": "pbx",
    "license_type": "Port11",
    "model": "IP811",
    "event_type": "licensing.ledger.licenses-allocated.v1",
}
"""What pages take apart, by the name of the member."""
SAFE = ("/", "#", "?")
"""How addresses begin that lead nowhere else."""
ADDRESSES = {"href", "src", "action", "formaction", "data-options", "hx-get", "hx-post", "poster", "xlink:href"}


_DESCRIBING = Lock()
"""FastAPI describes an application in one thread; a page asks in several."""


def _operations() -> tuple[tuple[str, re.Pattern[str], dict[str, Any], dict[str, Any]], ...]:
    with _DESCRIBING:
        return _described()


@cache
def _described() -> tuple[tuple[str, re.Pattern[str], dict[str, Any], dict[str, Any]], ...]:
    """Each operation: its method, its path, the API, and how that describes it."""
    modules = (ledger.entrypoints.api.app, rma.entrypoints.api.app, audio.entrypoints.api.app)
    return tuple(
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), api, operation)
        for api in (module.application().openapi() for module in modules)
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
    )


class HostileApis:
    """Answers each request with TEXT in every member that is free text."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.raw_path.decode().partition("?")[0]
        for method, path, api, operation in _operations():
            if method == request.method and path.fullmatch(asked):
                return self._answered(api, operation)
        return httpx.Response(404, json={"code": TEXT, "detail": TEXT, "rule": TEXT})

    def _answered(self, api: dict[str, Any], operation: dict[str, Any]) -> httpx.Response:
        status, response = next((int(one), said) for one, said in operation["responses"].items() if one[0] == "2")
        content = response.get("content", {})
        if "application/json" not in content:
            return httpx.Response(status, content=TEXT.encode())
        return httpx.Response(status, json=self._value(api, content["application/json"]["schema"], ""))

    def _value(self, api: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self._value(api, api["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._value(api, schema[several][0], name)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "object":
                members = schema.get("properties", {})
                more = schema.get("additionalProperties")
                other = {TEXT: self._value(api, more, "")} if isinstance(more, dict) else {}
                return {one: self._value(api, said, one) for one, said in members.items()} | other
            case "array":
                return [self._value(api, schema.get("items", {}), name)]
            case "integer" | "number":
                return 3
            case "boolean":
                return True
            case "null":
                return None
            case "string" if schema.get("format") in FORMS:
                return FORMS[schema["format"]]
            case "string" | None:
                return NAMED_FORMS.get(name, TEXT)
            case _:
                raise AssertionError(f"a schema of an unknown kind: {schema}")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.dangers = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.dangers += _dangers(tag, attrs)


def _dangers(tag: str, attrs: list[tuple[str, str | None]]) -> Iterator[str]:
    said = {name: value or "" for name, value in attrs}
    if tag in {"iframe", "object", "embed", "base", "style"} or (tag == "script" and "src" not in said):
        yield f"<{tag}>"
    for name, value in said.items():
        if name.startswith("on") or name in {"style", "srcdoc", "hx-on"}:
            yield f"<{tag} {name}>"
        if name in ADDRESSES and not (value.startswith(SAFE) and not value.startswith("//")):
            yield f'<{tag} {name}="{value}">'


def dangers(page: str) -> list[str]:
    """What in a page could act: scripts of its own, handlers, styles, and addresses that are not ours."""
    tags = _Tags()
    tags.feed(page)
    return tags.dangers
