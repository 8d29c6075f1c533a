"""Refusals in the description of an API: what each operation may respond with besides its result, and no other."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from runtime.problems import CONTENT_TYPE, render
from runtime.web.problems import Problems, Refused
from runtime.web.strict_requests import takes_json

RouteRefusals = Mapping[str, frozenset[str]]
"""The codes of each operation, by its id, beside those of ALWAYS."""
ALWAYS = frozenset(
    {
        *("request_malformed", "head_too_big", "bad_credentials", "account_inactive", "scope_missing"),
        *(
            "request_too_slow",
            "body_too_big",
            "body_encoded",
            "request_invalid",
            "internal_error",
            "service_unavailable",
            "busy",
        ),
    }
)
"""Responses before or around an operation, whichever it is."""
BODY = "ProblemBody"
"""The component that describes a problem document."""
EXAMPLES = "#/components/examples/"
_RETRY = {"Retry-After": {"description": "Seconds until asking again helps.", "schema": {"type": "integer"}}}
_PROBLEM = {"schema": {"$ref": f"#/components/schemas/{BODY}"}}
_UNCHANGED = {"description": "If-None-Match names what would be answered: it has not changed."}


class ProblemBody(BaseModel):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    rule: str = Field(default="", description="The rule behind it, as the table of refusals names it.")


def describe_refusals(
    api: dict[str, Any], problems: Problems, of_routes: RouteRefusals, body: type[BaseModel] = ProblemBody
) -> None:
    """Add to a description each status and code of every operation, with an example of each code."""
    for path, operations in api["paths"].items():
        for operation in operations.values():
            operation["responses"] |= _responses(path, operation, problems, of_routes)
    components = api.setdefault("components", {})
    components["examples"] = _examples(problems)
    components.setdefault("schemas", {})[BODY] = body.model_json_schema()


def _responses(path: str, operation: dict[str, Any], problems: Problems, of_routes: RouteRefusals) -> dict[str, Any]:
    codes = ALWAYS | of_routes[operation["operationId"]] | ({"not_found"} if "{" in path else set())
    if takes_json(operation.get("requestBody")):
        codes |= {"body_not_json"}
    by_status = _by_status(codes, problems)
    responses = {str(status): _response(status, of_status, problems) for status, of_status in by_status.items()}
    if any(parameter["name"] == "if-none-match" for parameter in operation.get("parameters", ())):
        responses["304"] = _UNCHANGED
    return responses


def _examples(problems: Problems) -> dict[str, Any]:
    """A problem document of each code."""
    return {
        code: {"summary": row.sentence, "value": json.loads(render(problems.of(Refused(code))))}
        for code, row in problems.table.items()
    }


def _by_status(codes: Iterable[str], problems: Problems) -> dict[int, list[str]]:
    grouped: defaultdict[int, list[str]] = defaultdict(list)
    for code in sorted(codes):
        grouped[problems.table[code].status].append(code)
    return dict(sorted(grouped.items()))


def _response(status: int, codes: list[str], problems: Problems) -> dict[str, Any]:
    """A line for each code, with its sentence."""
    lines = [f"- `{code}`: {problems.table[code].sentence}" for code in codes]
    content = _PROBLEM | {"examples": {code: {"$ref": f"{EXAMPLES}{code}"} for code in codes}}
    described: dict[str, Any] = {"description": "\n".join(lines), "content": {CONTENT_TYPE: content}}
    return described | ({"headers": _RETRY} if status in {429, 503} else {})
