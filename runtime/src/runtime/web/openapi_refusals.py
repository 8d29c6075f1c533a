"""What an operation may answer besides its yes, as the API describes it: made from the refusals of each route."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from contracts.refusals import REFUSALS
from ledger.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from runtime.problems import CONTENT_TYPE, render
from runtime.web.problems import problem_of
from runtime.web.strict_requests import takes_json

ALWAYS = frozenset(
    {
        *("request_malformed", "head_too_big", "bad_credentials", "account_inactive"),
        *("request_too_slow", "body_too_big", "request_invalid", "internal_error", "service_unavailable"),
    }
)
"""Said before or around an operation, whichever it is."""
EXAMPLES = "#/components/examples/"
_RETRY = {"Retry-After": {"description": "Seconds until asking again helps.", "schema": {"type": "integer"}}}
_PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
_UNCHANGED = {"description": "If-None-Match names what would be answered: it has not changed."}


def problem_responses(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The responses of an operation for all that is no yes: each status and code that it can answer, and no others."""
    codes = ALWAYS | ROUTE_REFUSALS[operation["operationId"]] | ({"not_found"} if "{" in path else set())
    if takes_json(operation.get("requestBody")):
        codes |= {"body_not_json"}
    found = {str(status): _problem(status, of_status) for status, of_status in _by_status(codes).items()}
    if any(parameter["name"] == "if-none-match" for parameter in operation.get("parameters", ())):
        found["304"] = _UNCHANGED
    return found


def problem_examples() -> dict[str, Any]:
    """A problem document of each code, for the description's components."""
    return {
        code: {"summary": row.sentence, "value": json.loads(render(problem_of(code)))} for code, row in REFUSALS.items()
    }


def allowed_methods(paths: dict[str, Any], path: str) -> str:
    """The Allow header of an address: every method that is described for it."""
    operations: dict[str, Any] = paths.get(path) or next((paths[one] for one in paths if _matches(one, path)), {})
    return ", ".join(sorted(method.upper() for method in operations))


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None


def _by_status(codes: Iterable[str]) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for code in sorted(codes):
        found[REFUSALS[code].status].append(code)
    return dict(sorted(found.items()))


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    """A line for each code, with what it says."""
    lines = [f"- `{code}`: {REFUSALS[code].sentence}" for code in codes]
    content = _PROBLEM | {"examples": {code: {"$ref": f"{EXAMPLES}{code}"} for code in codes}}
    described: dict[str, Any] = {"description": "\n".join(lines), "content": {CONTENT_TYPE: content}}
    return described | ({"headers": _RETRY} if status in {429, 503} else {})
