"""The API of RMA cases: its routes, and the description that clients read."""

from functools import cache

from fastapi import FastAPI
from starlette.types import ASGIApp

from rma.entrypoints.api.dependencies import Services
from rma.entrypoints.api.http.accesses import RECORDING
from rma.entrypoints.api.http.forms import FORMS
from rma.entrypoints.api.http.problems import PROBLEMS
from rma.entrypoints.api.openapi.examples import EXAMPLES
from rma.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from rma.entrypoints.api.routes import (
    accesses,
    attachments,
    bulk,
    cases,
    entitlements,
    messages,
    set_aside,
    slips,
    staff_texts,
    steps,
)
from runtime.tokens import Tokens
from runtime.web import application as web
from runtime.web.accesses import AccessRecorder
from runtime.web.gateway import Gateway, Streams
from runtime.web.request_metrics import RequestMetrics

VERSION = "1.0.0"
DESCRIPTION = """\
RMA cases: from the report of a broken device to the device that goes back, or to one that is owed. Every step is one
entry of an append-only log, and an answer to a step names its `sequence`; a query with `?at_least=<sequence>` sees it.
What people say of themselves is in no log, and can be erased. Every POST needs an `Idempotency-Key`: the same key with
the same body gives the same answer and changes nothing again. Every no is an RFC 9457 problem with a stable `code`.
"""
TAGS = {
    "cases": "Filing a case, finding cases, and reading one with its history and its slip.",
    "steps": "What happens in a case, step by step.",
    "messages and attachments": "What people say in a case, and erasing it.",
    "advance replacement": "Companies that get the new device before the broken one is back, and what they owe.",
    "texts": "What entries name by digest, and erasing it.",
    "accesses": "What the vendor's staff has read.",
    "stopped log": "Where an entry stopped the log of cases, and how two of the staff set it aside.",
    "commands in bulk": "Many commands in one request.",
}
"""The groups of operations, in the order of the page."""
_FAMILIES = (cases, slips, steps, messages, attachments, entitlements, staff_texts, set_aside, accesses, bulk)
API = web.Api(
    title="RMA cases",
    version=VERSION,
    description=DESCRIPTION,
    tags=TAGS,
    routers=[family.router for family in _FAMILIES],
    problems=PROBLEMS,
    route_refusals=ROUTE_REFUSALS,
    forms=FORMS,
    examples=EXAMPLES,
)
STREAMS = Streams(bodies=(bulk.PATH, attachments.PATH), responses=(f"{attachments.PATH}/",))
METRICS = RequestMetrics("licensing_rma_api")


def build(services: Services, tokens: Tokens) -> ASGIApp:
    """The whole API, behind its gateway."""
    return Gateway(
        application(),
        area="repairs",
        tokens=tokens,
        problems=PROBLEMS,
        metrics=METRICS,
        clock=services.clock,
        services=services,
        streams=STREAMS,
        recorder=AccessRecorder(services.accesses, RECORDING),
    )


@cache
def application() -> FastAPI:
    """The routes alone; there is one in a process."""
    return web.application(API)
