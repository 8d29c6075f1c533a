"""One request, repeated with patience while the service is away, and every no as an exception."""

import secrets
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx

ANSWER_SECONDS = 30.0
PATIENCE_SECONDS = 60.0
"""How long a 503, `busy` or a lost connection is taken for a passing one."""
LONGEST_PAUSE_SECONDS = 10.0
UNAVAILABLE = 503
BUSY = "busy"

Token = str | Callable[[], str]


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """The API said no: `code` is for programs, `detail` for a person, `members` has all that was said.

    `headers` are the response's; `retry_after_seconds` is what its Retry-After says, None without one.
    """

    def __init__(self, status: int, members: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.members = members
        self.headers = httpx.Headers(headers)
        said = self.headers.get("Retry-After", "")
        self.retry_after_seconds = int(said) if said.isdecimal() else None
        self.code = str(members.get("code", ""))
        self.detail = str(members.get("detail", ""))
        super().__init__(f"{status} {self.code}: {self.detail}")

    @property
    def is_passing(self) -> bool:
        """Whether the same request may get a yes in a moment."""
        return self.status == UNAVAILABLE or self.code == BUSY


class Transport:
    """Sends requests to one address; every no is raised as Problem, but by `send`.

    `token` is a bearer token, or gives one for each request.
    """

    def __init__(
        self,
        address: str,
        token: Token,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token = token
        self._patience_seconds = patience_seconds
        self._http = httpx.Client(base_url=address, timeout=ANSWER_SECONDS, transport=transport)
        self.headers = httpx.Headers()
        """Of the last response: its ETag, and the X-As-Of of an export."""

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer, whatever its status; a 503 or `busy` only after the patience is over."""
        deadline = time.monotonic() + self._patience_seconds
        while True:
            try:
                response = self._http.request(method, path, **self._authorised(request))
                self.headers = response.headers
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)
                continue
            if not is_passing(response) or time.monotonic() > deadline:
                return response
            time.sleep(pause_seconds(response))

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str | None = None,
        method: str = "POST",
        query: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Send a command under a key, the given one or a fresh one: the same however often it is repeated."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return _json(self.send(method, path, json=dict(body), params=dict(query or {}), headers=headers))

    def post_document(
        self, path: str, document: bytes, query: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        """Send a file as it is, under a key as `post` does."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16), "Content-Type": "application/octet-stream"}
        return _json(self.send("POST", path, content=document, params=dict(query), headers=headers))

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET something that is JSON."""
        return _json(self.send("GET", path, params=query))

    def get_document(self, path: str, **query: Any) -> bytes:
        """GET something that is a file."""
        return answered(self.send("GET", path, params=query)).content

    def post_for_document(self, path: str, body: Any, *, key: str | None = None) -> bytes:
        """POST something that is answered by a file, with a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return answered(self.send("POST", path, json=body, headers=headers)).content

    def put_document(self, path: str, document: bytes) -> bytes:
        """PUT an XML document; the document that answers it."""
        headers = {"Content-Type": "application/xml"}
        return answered(self.send("PUT", path, content=document, headers=headers)).content

    @contextmanager
    def streamed(
        self, method: str, path: str, *, content: Iterable[bytes] | bytes | None = None, **request: Any
    ) -> Generator[httpx.Response]:
        """An answer to be read piece by piece; tried again only while the service says at once that it is busy."""
        deadline = time.monotonic() + (self._patience_seconds if content is None or isinstance(content, bytes) else 0)
        while True:
            with self._http.stream(method, path, content=content, **self._authorised(request)) as response:
                self.headers = response.headers
                if response.is_error:
                    response.read()
                if not is_passing(response) or time.monotonic() > deadline:
                    yield answered(response)
                    return
            time.sleep(pause_seconds(response))

    def _authorised(self, request: Mapping[str, Any]) -> dict[str, Any]:
        token = self._token if isinstance(self._token, str) else self._token()
        return {**request, "headers": {"Authorization": f"Bearer {token}", **request.get("headers", {})}}


def _json(response: httpx.Response) -> dict[str, Any]:
    answer: dict[str, Any] = answered(response).json()
    return answer


def answered(response: httpx.Response) -> httpx.Response:
    """The response, if it is a yes; raises Problem."""
    if response.is_error:
        raise _problem(response)
    return response


def is_passing(response: httpx.Response) -> bool:
    """Whether the same request may get a yes in a moment."""
    return response.is_error and _problem(response).is_passing


def _problem(response: httpx.Response) -> Problem:
    try:
        members = response.json()
    except ValueError:
        members = {"code": "", "detail": response.text[:200]}
    return Problem(response.status_code, members, response.headers)


def pause_seconds(response: httpx.Response) -> float:
    """What Retry-After says, within bounds."""
    said = response.headers.get("Retry-After", "1")
    return min(float(said) if said.isdecimal() else 1.0, LONGEST_PAUSE_SECONDS)


def given(**values: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def segment(name: str) -> str:
    """A name as one segment of a path, whatever is in it: it leads to no other place, and adds no query."""
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
