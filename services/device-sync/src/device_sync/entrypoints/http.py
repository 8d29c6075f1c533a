"""The firmware's HTTP: four routes, problem documents, bounds on everything."""

import secrets
import time
from collections import Counter as Counts
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from contracts.refusals import REFUSALS
from device_sync.adapters.metrics import REQUESTS, SECONDS
from device_sync.application.claims import MAX_CODE_BYTES, Claims
from device_sync.application.license_files import Delivered, LicenseFiles, NotModified
from device_sync.application.returns import Receipt, Returns
from device_sync.domain.devices import Caller, Refused
from device_sync.entrypoints.tls import Callers, NoDevice
from runtime import tracing
from runtime.denied import CommandTooBig
from runtime.logs import get_logger
from runtime.trouble import RETRY_AFTER_SECONDS, Trouble
from runtime.web import problems
from runtime.web.conditional_requests import named_tags
from runtime.web.path_values import serial_of
from runtime.web.request_bodies import check_coding, read_body

PROBLEMS = problems.Problems(REFUSALS)
MAX_IN_FLIGHT = 500
"""Requests that may wait for the ledger at the same time; further ones get 503 with Retry-After."""
MAX_IN_FLIGHT_A_DEVICE = 4
"""A box asks one thing at a time; a stolen one must not take the places of all others."""
XML = "application/xml"
DEVICE = "/v1/devices/{serial}"

Ready = Callable[[], str]
"""What the service waits for, or nothing when it can answer."""
Seen = Callable[[str], None]
"""Hears the serial of each device that showed its certificate, once it has its answer."""

_log = get_logger("device_sync.http")


class Asked(NamedTuple):
    """A request of a box, by its certificate, about a serial as its address has it."""

    request: Request
    caller: Caller
    serial: str
    correlation_id: str

    async def body(self, most: int, too_big: str) -> bytes:
        """The body, of that many bytes at most; raises problems.Refused."""
        return await read_body(self.request.headers, self.request.receive, most=most, too_big=too_big)


Handler = Callable[[Asked], Awaitable[Response]]


class Edge:
    """The routes and what stands around them, as an ASGI application."""

    def __init__(
        self, files: LicenseFiles, returns: Returns, claims: Claims, *, callers: Callers, seen: Seen, waits_for: Ready
    ) -> None:
        self._files = files
        self._returns = returns
        self._claims = claims
        self._callers = callers
        self._seen = seen
        self._waits_for = waits_for
        self._in_flight = 0
        self._of_device: Counts[str] = Counts()
        self._routes = [
            Route(f"{DEVICE}/license-file", self._license_file, methods=["GET"]),
            Route(f"{DEVICE}/return", self._return, methods=["PUT"]),
            Route(f"{DEVICE}/claim", self._claim, methods=["POST"]),
            Route(f"{DEVICE}/return-receipt", self._return_receipt, methods=["GET"]),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, bound and time a request."""
        request, correlation_id = Request(scope, receive), secrets.token_hex(16)
        began = time.perf_counter()
        span = tracing.serving(scope["method"], None)
        self._in_flight += 1
        try:
            with tracing.within(span):
                response = await self._answered(request, correlation_id)
        finally:
            self._in_flight -= 1
        route = scope.get("route", "unknown")
        if span is not None:
            span.answered(f"{DEVICE}/{route}" if "route" in scope else None, response.status_code)
        _requests(route, response.headers.get("X-Code", str(response.status_code))).inc()
        _seconds(route).observe(time.perf_counter() - began)
        await response(scope, receive, send)

    async def _answered(self, request: Request, correlation_id: str) -> Response:
        """Turn every refusal into a problem document."""
        try:
            return await self._response(request, correlation_id)
        except problems.Refused as refused:
            _log.info("refused", code=refused.code, route=request.scope.get("route"), correlation_id=correlation_id)
            return _problem(refused, correlation_id)
        except Trouble as trouble:
            _log.warning("trouble", reason=str(trouble), correlation_id=correlation_id)
            wait = trouble.retry_after_seconds
            return _problem(
                problems.Refused(trouble.code, f"Not now: {trouble}.", retry_after_seconds=wait), correlation_id
            )
        except Exception:  # noqa: BLE001 - one request's defect must not end the service of all others
            _log.exception("defect", correlation_id=correlation_id)
            return _problem(problems.Refused("internal_error"), correlation_id)

    async def _response(self, request: Request, correlation_id: str) -> Response:
        self._check_able()
        caller = self._caller(request)
        try:
            return await self._answer_to(caller, request, correlation_id)
        finally:
            self._seen(caller.serial)

    async def _answer_to(self, caller: Caller, request: Request, correlation_id: str) -> Response:
        handler = self._handler(request)
        if isinstance(handler, Response):
            return handler
        check_coding(request.headers)
        with self._share(caller.serial):
            try:
                return await handler(Asked(request, caller, serial_of(request.path_params["serial"]), correlation_id))
            except CommandTooBig as error:
                raise problems.Refused("document_too_big", f"{str(error).capitalize()}.") from None

    def _caller(self, request: Request) -> Caller:
        try:
            return self._callers.of(request)
        except NoDevice as error:
            raise problems.Refused("certificate_not_vendor_signed", str(error)) from None

    def _handler(self, request: Request) -> Handler | Response:
        """What answers at this address; raises problems.Refused."""
        for route in self._routes:
            match, found = route.matches(request.scope)
            if match is Match.NONE:
                continue
            request.scope["route"] = route.path.rpartition("/")[2]
            if match is Match.FULL:
                request.scope.update(found)
                handler: Handler = found["endpoint"]
                return handler
            return _other_method(request, ", ".join(sorted({*(route.methods or ()), "OPTIONS"})))
        raise problems.Refused("not_found")

    async def _license_file(self, asked: Asked) -> Response:
        known = ", ".join(asked.request.headers.getlist("if-none-match"))
        answer = await self._files.fetch(
            asked.caller,
            asked.serial,
            known=named_tags(known),
            is_handed_out=asked.request.method == "GET",
            correlation_id=asked.correlation_id,
        )
        match answer:
            case Delivered():
                return Response(answer.document, media_type=XML, headers=_cache(answer.sha256))
            case NotModified():
                return Response(status_code=304, headers=_cache(answer.sha256))
            case Refused():
                raise _refusal(answer)

    async def _return(self, asked: Asked) -> Response:
        document = await asked.body(MAX_RETURN_DOCUMENT_BYTES, "document_too_big")
        answer = await self._returns.hand_in(asked.caller, asked.serial, document, correlation_id=asked.correlation_id)
        return _receipt(answer)

    async def _claim(self, asked: Asked) -> Response:
        typed = await asked.body(MAX_CODE_BYTES, "claim_code_malformed")
        answer = await self._claims.claim(asked.caller, asked.serial, typed, correlation_id=asked.correlation_id)
        if isinstance(answer, Refused):
            raise _refusal(answer)
        return JSONResponse({"sequence": answer.sequence}, status_code=201)

    async def _return_receipt(self, asked: Asked) -> Response:
        return _receipt(self._returns.receipt(asked.caller, asked.serial))

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


def _cache(etag: str) -> dict[str, str]:
    return {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}


def _receipt(answer: Receipt | Refused) -> Response:
    if isinstance(answer, Refused):
        raise _refusal(answer)
    return Response(answer.document, media_type=XML, headers={"Cache-Control": "private, no-store"})


def _other_method(request: Request, allowed: str) -> Response:
    """OPTIONS is told the methods of an address, every other one is refused with them."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allowed})
    raise problems.Refused("method_not_allowed", headers={"Allow": allowed})


def _refusal(refused: Refused) -> problems.Refused:
    return problems.Refused(refused.code, refused.detail)


def _problem(refused: problems.Refused, correlation_id: str) -> Response:
    response = PROBLEMS.response(refused, instance=f"urn:licensing:request:{correlation_id}")
    response.headers["X-Code"] = refused.code
    return response


@cache
def _requests(route: str, answer: str) -> Counter:
    """Looking a counter up by its labels takes longer than counting; routes and answers are few."""
    return REQUESTS.labels(route, answer)


@cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)
