"""The API of announcement audio: its routes, and the description that clients read."""

from functools import cache

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from audio.domain.refusals import AudioRefused
from audio.entrypoints.api.dependencies import Services
from audio.entrypoints.api.http.problems import PROBLEMS
from audio.entrypoints.api.models import CODES_PATTERN
from audio.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from audio.entrypoints.api.routes import batches, catalog, conversions, results
from runtime.tokens import Tokens
from runtime.web import application as web
from runtime.web.gateway import Gateway, Streams
from runtime.web.problems import Refused
from runtime.web.request_metrics import RequestMetrics

VERSION = "1.0.0"
DESCRIPTION = """\
Announcement audio: from a recording, or a typed sentence, to files that a box plays. A request is answered before its
files are made; ask for the conversion until it is `done` or `failed`. Recordings and files are kept for 24 hours. Every
account sees its own conversions only. Every POST needs an `Idempotency-Key`: the same key with the same body gives the
same conversion. Every no is an RFC 9457 problem with a stable `code`.
"""
TAGS = {
    "conversions": "Asking for a conversion, and following it.",
    "results": "Files, how they sound, and the waveform.",
    "batches": "Many announcements in one request.",
    "catalog": "What this installation makes, and who speaks here.",
}
"""The groups of operations, in the order of the page."""
API = web.Api(
    title="Announcement audio",
    version=VERSION,
    description=DESCRIPTION,
    tags=TAGS,
    routers=[conversions.router, results.router, batches.router, catalog.router],
    problems=PROBLEMS,
    route_refusals=ROUTE_REFUSALS,
    forms={
        CODES_PATTERN: "codes of formats separated by commas, such as g711a,g722",
        r"^[A-Za-z0-9_-]{1,64}$": "1 to 64 letters, digits, hyphens and underscores, such as welcome",
    },
)
STREAMS = Streams(
    bodies=(conversions.PATH, batches.PATH),
    responses=(f"{conversions.PATH}/{{job}}/files", f"{batches.PATH}/{{batch}}/files"),
)
METRICS = RequestMetrics("licensing_audio_api")


def build(services: Services, tokens: Tokens) -> ASGIApp:
    """The whole API, behind its gateway."""
    return Gateway(
        application(),
        area="audio",
        tokens=tokens,
        problems=PROBLEMS,
        metrics=METRICS,
        clock=services.clock,
        services=services,
        streams=STREAMS,
    )


@cache
def application() -> FastAPI:
    """The routes alone; there is one in a process."""
    app = web.application(API)

    @app.exception_handler(AudioRefused)
    async def refused(_: Request, error: AudioRefused) -> Response:
        return PROBLEMS.response(Refused(error.code, error.reason))

    return app
