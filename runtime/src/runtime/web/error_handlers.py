"""The responses to all that a route raises: refusals, trouble, requests that do not fit, and defects."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from runtime.denied import CommandTooBig, NoRight
from runtime.logs import get_logger
from runtime.trouble import Trouble
from runtime.web.problems import Problems, Refused
from runtime.web.validation_messages import Forms, message_for

MAX_ERRORS = 20
"""How many errors of a request one problem lists."""
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "request_invalid"}

_log = get_logger("runtime.web")


def handle_errors(app: FastAPI, problems: Problems, forms: Forms) -> None:
    """Respond to every error with a problem."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return problems.response(error)

    @app.exception_handler(NoRight)
    async def no_right(_: Request, __: NoRight) -> Response:
        return problems.response(Refused("no_right"))

    @app.exception_handler(CommandTooBig)
    async def too_big(_: Request, error: CommandTooBig) -> Response:
        return problems.response(Refused("body_too_big", f"{str(error).capitalize()}."))

    @app.exception_handler(Trouble)
    async def trouble(_: Request, error: Trouble) -> Response:
        _log.warning("request_in_trouble", reason=str(error))
        return problems.trouble_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return problems.response(_invalid(error, forms))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        response = problems.response(Refused(_HTTP_CODES.get(error.status_code, "request_invalid")))
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            if methods := allowed_methods(app.openapi()["paths"], request.url.path):
                response.headers["Allow"] = methods
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": response.headers["Allow"]})
        return response

    @app.exception_handler(Exception)
    async def defect(_: Request, error: Exception) -> Response:
        _log.error("request_defect", exc_info=error)
        return problems.response(Refused("internal_error"))


def allowed_methods(paths: dict[str, Any], path: str) -> str:
    """The Allow header of an address: every method that is described for it, HEAD beside each GET, and OPTIONS."""
    operations: dict[str, Any] = paths.get(path) or next((paths[one] for one in paths if _matches(one, path)), {})
    methods = {method.upper() for method in operations}
    also = {"HEAD", "OPTIONS"} if "GET" in methods else {"OPTIONS"}
    return ", ".join(sorted(methods | also)) if methods else ""


def _invalid(error: RequestValidationError, forms: Forms) -> Refused:
    """What is wrong and where; never the value itself."""
    places = [
        {"place": ".".join(str(part) for part in one["loc"]), "problem": message_for(one, forms)}
        for one in error.errors()[:MAX_ERRORS]
    ]
    first = places[0]
    return Refused("request_invalid", f"{first['place']}: {first['problem']}.", {"errors": places})


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None
