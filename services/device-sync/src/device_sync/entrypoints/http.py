"""The firmware's HTTP: four routes, problem documents, bounds on everything."""

import asyncio
import secrets
import time
from collections import Counter as Counts
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from aiohttp import web
from prometheus_client import Counter, Histogram

from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from contracts.refusals import REFUSALS
from device_sync.adapters.metrics import REQUESTS, SECONDS
from device_sync.application.claims import MAX_CODE_BYTES, Claims
from device_sync.application.license_files import Delivered, LicenseFiles, NotModified
from device_sync.application.returns import Receipt, Returns
from device_sync.domain.devices import Refused
from device_sync.entrypoints.tls import Callers, NoDevice
from runtime.denied import CommandTooBig
from runtime.logs import get_logger
from runtime.problems import Problem, headers, render
from runtime.trouble import RETRY_AFTER_SECONDS, Trouble

BODY_SECONDS = 10.0
"""32 KiB take less on the slowest line that a box is on."""
MAX_IN_FLIGHT = 500
"""Requests that may wait for the ledger at the same time; further ones get 503 with Retry-After."""
MAX_IN_FLIGHT_A_DEVICE = 4
"""A box asks one thing at a time; a stolen one must not take the places of all others."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused body is read and thrown away, so that the box gets to read the answer."""
KEEP_ALIVE_SECONDS = 15.0
"""A box asks a few times a day: its connection is not kept for the next time."""
DRAIN_SECONDS = 10.0
"""What is in flight at SIGTERM gets this long; a box that is cut off asks again."""
XML = "application/xml"
CORRELATION_ID = web.RequestKey("correlation_id", str)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Ready = Callable[[], str]
"""What the service waits for, or nothing when it can answer."""

_log = get_logger("device_sync.http")


def runner(app: web.Application) -> web.AppRunner:
    """What serves `app`, with its bounds."""
    return web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        lingering_time=LINGER_SECONDS,
        shutdown_timeout=DRAIN_SECONDS,
    )


class Edge:
    """The routes and what stands around them."""

    def __init__(
        self, files: LicenseFiles, returns: Returns, claims: Claims, *, callers: Callers, waits_for: Ready
    ) -> None:
        self._files = files
        self._returns = returns
        self._claims = claims
        self._callers = callers
        self._waits_for = waits_for
        self._in_flight = 0
        self._of_device: Counts[str] = Counts()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._around], client_max_size=MAX_RETURN_DOCUMENT_BYTES)
        device = "/v1/devices/{serial}"
        app.router.add_get(f"{device}/license-file", self._license_file, allow_head=False)
        app.router.add_put(f"{device}/return", self._return)
        app.router.add_post(f"{device}/claim", self._claim)
        app.router.add_get(f"{device}/return-receipt", self._return_receipt, allow_head=False)
        return app

    async def _license_file(self, request: web.Request) -> web.StreamResponse:
        answer = await self._files.fetch(
            self._callers.of(request),
            request.match_info["serial"],
            known={tag.value for tag in request.if_none_match or ()},
            correlation_id=request[CORRELATION_ID],
        )
        match answer:
            case Delivered():
                return _document(answer.document, etag=answer.sha256)
            case NotModified():
                return web.Response(status=304, headers=_cache(answer.sha256))
            case Refused():
                return _refused(request, answer)

    async def _return(self, request: web.Request) -> web.StreamResponse:
        caller = self._callers.of(request)
        raw = await _body(request)
        if isinstance(raw, Refused):
            return _refused(request, raw)
        answer = await self._returns.hand_in(
            caller, request.match_info["serial"], raw, correlation_id=request[CORRELATION_ID]
        )
        return _receipt(request, answer)

    async def _claim(self, request: web.Request) -> web.StreamResponse:
        caller = self._callers.of(request)
        typed = await _body(request)
        if isinstance(typed, Refused) or len(typed) > MAX_CODE_BYTES:
            return _refused(request, Refused("claim_code_malformed"))
        answer = await self._claims.claim(
            caller, request.match_info["serial"], typed, correlation_id=request[CORRELATION_ID]
        )
        if isinstance(answer, Refused):
            return _refused(request, answer)
        return web.json_response({"sequence": answer.sequence}, status=201)

    async def _return_receipt(self, request: web.Request) -> web.StreamResponse:
        answer = self._returns.receipt(self._callers.of(request), request.match_info["serial"])
        return _receipt(request, answer)

    @web.middleware
    async def _around(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count, bound and time a request, and turn every refusal into a problem document."""
        request[CORRELATION_ID] = secrets.token_hex(16)
        began = time.perf_counter()
        self._in_flight += 1
        try:
            response = await self._answered(request, handler)
        finally:
            self._in_flight -= 1
        route = _route(request)
        _requests(route, response.headers.get("X-Code", str(response.status))).inc()
        _seconds(route).observe(time.perf_counter() - began)
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._check_able()
            with self._share(self._callers.of(request).serial):
                return await handler(request)
        except NoDevice as error:
            return _refused(request, Refused("certificate_not_vendor_signed", str(error)))
        except CommandTooBig as error:
            return _refused(request, Refused("document_too_big", f"{str(error).capitalize()}."))
        except Trouble as trouble:
            _log.warning("trouble", reason=str(trouble), correlation_id=request[CORRELATION_ID])
            problem = Problem(status=503, code="unavailable", detail=f"Not now: {trouble}.")
            return _problem(request, problem, retry_after_seconds=trouble.retry_after_seconds)
        except web.HTTPException as error:
            return _problem(request, Problem(status=error.status, code=_code_of(error), detail=error.reason))
        except TimeoutError:
            return _problem(request, Problem(status=408, code="request_timeout", detail="The body took too long."))
        except ConnectionError:  # nobody is there to read this, but it is counted
            return _problem(request, Problem(status=400, code="connection_lost", detail="The body ended too soon."))
        except Exception:  # noqa: BLE001 - one request's defect must not end the service of all others
            _log.exception("defect", correlation_id=request[CORRELATION_ID])
            return _problem(
                request, Problem(status=500, code="internal_error", detail="A defect of ours; it is logged.")
            )

    def _check_able(self) -> None:
        if waits_for := self._waits_for():
            raise Trouble(waits_for)
        if self._in_flight > MAX_IN_FLIGHT:
            raise Trouble("too many devices are being answered", retry_after_seconds=2 * RETRY_AFTER_SECONDS)

    @contextmanager
    def _share(self, serial: str) -> Generator[None]:
        """One of the device's places; raises Trouble when it has taken all of them."""
        if self._of_device[serial] >= MAX_IN_FLIGHT_A_DEVICE:
            raise Trouble("this device has asked for too much at once")
        self._of_device[serial] += 1
        try:
            yield
        finally:
            self._of_device[serial] -= 1
            if not self._of_device[serial]:
                del self._of_device[serial]


async def _body(request: web.Request) -> bytes | Refused:
    if (request.content_length or 0) > MAX_RETURN_DOCUMENT_BYTES:
        return Refused("document_too_big")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return Refused("document_too_big")


def _document(document: bytes, *, etag: str) -> web.Response:
    return web.Response(body=document, content_type=XML, headers=_cache(etag))


def _cache(etag: str) -> dict[str, str]:
    return {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}


def _receipt(request: web.Request, answer: Receipt | Refused) -> web.Response:
    if isinstance(answer, Refused):
        return _refused(request, answer)
    return web.Response(body=answer.document, content_type=XML, headers={"Cache-Control": "private, no-store"})


def _refused(request: web.Request, refused: Refused) -> web.Response:
    row = REFUSALS.get(refused.code)
    if row is None:
        _log.error("refusal_without_a_row", code=refused.code)
        return _problem(request, Problem(status=409, code=refused.code, detail=refused.detail))
    _log.info("refused", code=refused.code, route=_route(request), correlation_id=request[CORRELATION_ID])
    detail = refused.detail or row.sentence
    return _problem(request, Problem(status=row.status, code=row.code, detail=detail, extras={"rule": row.rule}))


def _problem(request: web.Request, problem: Problem, *, retry_after_seconds: int | None = None) -> web.Response:
    instance = f"urn:licensing:request:{request[CORRELATION_ID]}"
    complete = replace(problem, instance=instance)
    head = headers(retry_after_seconds=retry_after_seconds) | {"X-Code": problem.code}
    return web.Response(status=problem.status, body=render(complete), headers=head)


@cache
def _requests(route: str, answer: str) -> Counter:
    """Looking a counter up by its labels takes longer than counting; routes and answers are few."""
    return REQUESTS.labels(route, answer)


@cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical.rpartition("/")[2]


def _code_of(error: web.HTTPException) -> str:
    return error.reason.lower().replace(" ", "_")
