"""The application of RMA's API and its description, made once a process."""

from functools import cache
from typing import Any, cast

from fastapi import FastAPI

from rma.entrypoints.api.app import application
from rma.entrypoints.api.dependencies import Services


@cache
def routes() -> FastAPI:
    """The routes alone; nobody may send them a request."""
    return application(cast("Services", None))


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description; a reader may not change it."""
    return routes().openapi()
