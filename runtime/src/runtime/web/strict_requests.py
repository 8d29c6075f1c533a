"""A request has what the API's description names, and nothing else: anything more would be ignored without notice."""

from typing import Any

from fastapi import Request

from runtime.web.problems import Refused
from runtime.web.request_bodies import JSON, is_json

NO_BODY = (b"", b"{}")


async def reject_undescribed(request: Request) -> None:
    """Refuse a parameter, a body, or a kind of body that the operation does not have."""
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    _only_known_parameters(request, operation)
    await _only_its_body(request, operation.get("requestBody"))


def takes_json(described: dict[str, Any] | None) -> bool:
    """Whether a requestBody of the description is JSON."""
    return described is not None and JSON in described["content"]


def _only_known_parameters(request: Request, operation: dict[str, Any]) -> None:
    known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    if set(request.query_params) - known:
        names = ", ".join(sorted(known)) or "no parameters"
        raise Refused("request_invalid", f"The address has a parameter that is not known here; there are: {names}.")


async def _only_its_body(request: Request, described: dict[str, Any] | None) -> None:
    if described is None:
        if (await request.body()).strip() not in NO_BODY:
            raise Refused("request_invalid", "This operation takes no body, and no members but those of its address.")
    elif takes_json(described) and await request.body() and not is_json(request.headers):
        raise Refused("body_not_json")
