"""The application of a service: its routes, the responses to errors, and the description that clients read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from runtime.web.docs_page import docs_page
from runtime.web.error_handlers import handle_errors
from runtime.web.idempotency import require_described_keys
from runtime.web.openapi_bulk import describe_bulk
from runtime.web.openapi_examples import ByName, describe_examples
from runtime.web.openapi_refusals import ProblemBody, RouteRefusals, describe_refusals
from runtime.web.problems import Problems
from runtime.web.strict_requests import reject_undescribed
from runtime.web.telemetry import NO_TELEMETRY
from runtime.web.validation_messages import Forms

_BEARER_SCHEME = """\
A token of the issuer, valid an hour at most. A token whose claim `scope` names some of our scopes (`licenses:read`,
`licenses:write`, `repairs:read`, `repairs:write`, `audio:read`, `audio:write`) does what they say and its account may:
GET needs `read`, every other method `write`. A token without any of them does all that its account may.
"""
_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description=_BEARER_SCHEME)
_FRAMEWORK_ERRORS = ("HTTPValidationError", "ValidationError")


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What one API is: `tags` are the groups of its operations in the order of the page, `forms` those of its patterns.

    `examples` are those of members whose schema has none, by their names. An operation is named by its function;
    `route_refusals` has a row for each.
    """

    title: str
    version: str
    description: str
    routers: Sequence[APIRouter]
    problems: Problems
    route_refusals: RouteRefusals
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    forms: Forms = field(default_factory=dict[str, str])
    examples: ByName = field(default_factory=dict[str, object])
    problem_body: type[BaseModel] = ProblemBody


def application(api: Api) -> FastAPI:
    """The routes with all that they have in common; a Gateway belongs around it.

    Making one takes a second for a hundred routes, most of it for the description, which the first request needs.
    """
    app = FastAPI(
        title=api.title,
        version=api.version,
        description=api.description,
        docs_url=None,
        redoc_url=None,
        openapi_tags=[{"name": name, "description": text} for name, text in api.tags.items()],
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.house = api
    for router in api.routers:
        app.include_router(router, dependencies=[Depends(_BEARER), Depends(reject_undescribed)])
    app.include_router(docs_page(f"{api.title} API"))
    handle_errors(app, api.problems, api.forms)
    description = _openapi(app, api)
    app.openapi = lambda: description  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _openapi(app: FastAPI, api: Api) -> dict[str, Any]:
    """OpenAPI 3.1 with our own problems instead of the framework's validation error."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schema["servers"] = [{"url": "/", "description": "Where this description was fetched."}]
    describe_refusals(schema, api.problems, api.route_refusals, api.problem_body)
    require_described_keys(schema)
    describe_bulk(schema)
    describe_examples(schema, api.examples)
    for unused in _FRAMEWORK_ERRORS:
        schema["components"]["schemas"].pop(unused, None)
    return schema
