"""What an operation may answer besides its yes, as the API's description says it: made from the table of refusals."""

import re
from collections import defaultdict
from typing import Any

from contracts.refusals import REFUSALS
from runtime.problems import CONTENT_TYPE

NEVER = frozenset({405})
"""An address answers that, not an operation."""
OF_QUERIES = frozenset({401, 403, 404, 408, 413, 422, 500, 503})
"""A query is refused for who asks, for what is asked and for trouble, but by no rule of the ledger."""
_RETRY = {"Retry-After": {"description": "Seconds until asking again helps.", "schema": {"type": "integer"}}}
_PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
_UNCHANGED = {"description": "If-None-Match names what would be answered: it has not changed."}


def answers(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The responses of an operation for all that is no yes."""
    found: dict[str, Any] = {
        str(status): _problem(status, codes)
        for status, codes in sorted(_codes().items())
        if status not in NEVER and (method != "get" or status in OF_QUERIES)
    }
    if method == "get" and not any(name in operation["operationId"] for name in ("list_", "export_", "find_")):
        found["304"] = _UNCHANGED
    return found


def allowed(paths: dict[str, Any], path: str) -> str:
    """The Allow header of an address: every method that is described for it."""
    operations: dict[str, Any] = paths.get(path) or next((paths[one] for one in paths if _matches(one, path)), {})
    return ", ".join(sorted(method.upper() for method in operations))


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None


def _codes() -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in REFUSALS.values():
        found[row.status].append(row.code)
    return found


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    """One description for a status; what of it an operation can say follows from its rules."""
    text = f"A problem document; its `code` is among {', '.join(f'`{code}`' for code in sorted(codes))}."
    described: dict[str, Any] = {"description": text, "content": _PROBLEM}
    return described | ({"headers": _RETRY} if status == 503 else {})
