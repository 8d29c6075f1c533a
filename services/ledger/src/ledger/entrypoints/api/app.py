"""The ASGI application: routes, the handlers of every kind of no, and the description that clients read."""

from http import HTTPStatus
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from ledger.application.queries.visibility import NoRight
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http import docs_page
from ledger.entrypoints.api.http.authentication import Tokens
from ledger.entrypoints.api.http.gateway import Gates
from ledger.entrypoints.api.http.problems import Refused, answer, trouble_answer
from ledger.entrypoints.api.http.strict_requests import only_as_described
from ledger.entrypoints.api.http.validation_messages import said
from ledger.entrypoints.api.models.bodies import ProblemBody
from ledger.entrypoints.api.openapi.responses import allowed, answers, examples
from ledger.entrypoints.api.routes import (
    activation_keys,
    blocks,
    bulk,
    catalog,
    claims,
    companies,
    corrections,
    delivered_devices,
    device_moves,
    device_search,
    devices,
    documents,
    exports,
    history,
    joining,
    legacy,
    legacy_keys,
    license_file_downloads,
    members,
    projects,
    replacements,
    software_service,
    test_licenses,
    warranty,
)
from runtime.commands import CommandTooBig
from runtime.logs import get_logger
from runtime.trouble import Trouble

VERSION = "1.0.0"
MAX_ERRORS = 20
"""How many places of a wrong request are named at once."""
_DESCRIPTION = """\
Licenses of projects and devices. Every change is one entry of an append-only ledger, and an answer to a change names
its `sequence`; a query with `?at_least=<sequence>` sees it. Balances with what is held beside them, devices, tests and
warranties are also told as of any entry, day or time (`?as_of=`). Every POST needs an `Idempotency-Key`: the same key
with the same body gives the same answer and changes nothing again. Every no is an RFC 9457 problem with a stable
`code`.
"""
TAGS = {
    "companies": "Companies that are known, and registering one.",
    "projects": "Projects of a company, their balances, and licenses between them and devices.",
    "movements": "What went into and out of a balance, line by line.",
    "people and rights": "Members of a company, and what an account may do in a project.",
    "joining a company": "Invitations of accounts, and companies that take others over.",
    "devices": "Devices in projects, and the licenses on them.",
    "moves of devices": "Devices to other projects and other companies, and out of them.",
    "claim codes": "Codes by which a device puts itself into a project.",
    "replacements": "Broken devices whose licenses staff moved to others.",
    "license files and returns": "The signed documents of a device, by hand instead of by the device itself.",
    "activation keys": "Keys that the vendor issues and partners redeem.",
    "history": "Every entry and every reason behind a number.",
    "old licenses": "Licenses of the old manager: brought in, consented to and converted.",
    "staff": "What only the vendor's staff does: blocks, downloads, corrections and releases.",
    "catalog": "License types, device models, and the devices that were delivered.",
    "warranty": "How long a device has a guarantee, and extending it.",
    "test licenses": "One test of licenses for each device.",
    "software service": "Software service of a project: its price, its end, and what waits for it.",
    "exports": "Movements and balances as files.",
    "commands in bulk": "Many commands in one request.",
}
"""The groups of operations, in the order of the page."""
_FAMILIES = (
    companies,
    members,
    joining,
    projects,
    device_search,
    devices,
    device_moves,
    claims,
    replacements,
    documents,
    activation_keys,
    legacy,
    legacy_keys,
    blocks,
    license_file_downloads,
    corrections,
    catalog,
    delivered_devices,
    warranty,
    test_licenses,
    software_service,
    history,
    exports,
    bulk,
)
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "request_invalid"}
_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of the issuer, valid an hour at most.")

_log = get_logger("ledger.api")


def build(services: Services, tokens: Tokens) -> ASGIApp:
    """The whole API, behind its gates."""
    return Gates(application(services), tokens=tokens, clock=services.clock)


def application(services: Services) -> FastAPI:
    """The routes alone."""
    app = FastAPI(
        title="Licensing ledger",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    app.state.services = services
    for family in _FAMILIES:
        app.include_router(family.router, dependencies=[Depends(_BEARER), Depends(only_as_described)])
    app.include_router(docs_page.router)
    _handle_errors(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return answer(error)

    @app.exception_handler(NoRight)
    async def no_right(_: Request, __: NoRight) -> Response:
        return answer(Refused("no_right"))

    @app.exception_handler(Trouble)
    async def trouble(_: Request, error: Trouble) -> Response:
        _log.warning("request_in_trouble", reason=str(error))
        return trouble_answer(error)

    @app.exception_handler(CommandTooBig)
    async def too_big(_: Request, error: CommandTooBig) -> Response:
        return answer(Refused("body_too_big", f"{str(error).capitalize()}."))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return answer(_invalid(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        response = answer(Refused(_HTTP_CODES.get(error.status_code, "request_invalid")))
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (
            methods := allowed(_openapi(app)["paths"], request.url.path)
        ):
            response.headers["Allow"] = methods
        return response

    @app.exception_handler(Exception)
    async def defect(_: Request, error: Exception) -> Response:
        _log.error("request_defect", exc_info=error)
        return answer(Refused("internal_error"))


def _invalid(error: RequestValidationError) -> Refused:
    """What is wrong and where; never the value itself."""
    places = [
        {"place": ".".join(str(part) for part in one["loc"]), "problem": said(one)}
        for one in error.errors()[:MAX_ERRORS]
    ]
    first = places[0]
    return Refused("request_invalid", f"{first['place']}: {first['problem']}.", {"errors": places})


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with our own problems instead of the framework's validation error."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                operation["responses"] |= answers(path, operation)
                for parameter in operation.get("parameters", ()):
                    # Optional for the framework only, so that its absence is a refusal of ours.
                    parameter["required"] = parameter["required"] or parameter["name"] == "idempotency-key"
        schemas = schema["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schema["components"]["examples"] = examples()
        schemas["ProblemBody"] = ProblemBody.model_json_schema()
        app.openapi_schema = schema
    return app.openapi_schema
