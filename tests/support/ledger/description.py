"""The application of the API and its description, made once a process: both take longer than their tests."""

from functools import cache
from typing import Any, cast

from fastapi import FastAPI

from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.dependencies import Services


@cache
def routes() -> FastAPI:
    """The routes alone; nobody may send them a request."""
    return application(cast("Services", None))


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description; a reader may not change it."""
    return routes().openapi()
