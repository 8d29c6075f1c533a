"""A client of the REST API, as a partner's script would be one."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from dev.tokens import Issuer
from dev.trouble import Trouble

ANSWER_SECONDS = 30.0
UNAVAILABLE = 503
PATIENCE_SECONDS = 60.0
"""How long a 503 is taken for a passing one."""


class Refused(Trouble):
    """The API said no."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))


@dataclass
class Client:
    """Acts for one company with one account; every answer is JSON, every no is Refused."""

    address: str
    issuer: Issuer
    account: str
    company: str
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=ANSWER_SECONDS))

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """A command under `key`, or under a fresh one; a 503 is asked again under the same."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self._json(self.send("POST", path, json=body, headers=headers))

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """A query."""
        return self._json(self.send("GET", path, params=query))

    def put_document(self, path: str, document: bytes) -> bytes:
        """Hand a document in; the document that answers it."""
        response = self.send("PUT", path, content=document, headers={"Content-Type": "application/xml"})
        if response.is_error:
            self._json(response)
        return response.content

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request with a fresh token, repeated with patience while the answer is 503."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        headers = {"Authorization": f"Bearer {self.issuer.mint(self.account, self.company)}"}
        request["headers"] = headers | request.get("headers", {})
        while True:
            response = self._http.request(method, self.address + path, **request)
            if response.status_code != UNAVAILABLE or time.monotonic() > deadline:
                return response
            time.sleep(float(response.headers.get("Retry-After", "1")))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def _json(response: httpx.Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        if response.is_error:
            raise Refused(response.status_code, answer)
        return answer
