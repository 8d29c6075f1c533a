"""An API token of the portal: client id and secret, for which it gives bearer tokens that live for a minute."""

import base64
import threading
import time
from collections.abc import Callable
from typing import Self
from urllib.parse import quote_plus

import httpx

from licensing_client.transport import PATIENCE_SECONDS, Transport, given

EARLY_SECONDS = 10.0
"""How long before it expires a bearer token is replaced: a request may be on its way for some seconds."""
ADVICE = {
    "invalid_client": " Check client id and secret, or make a new API token in the portal.",
    "invalid_scope": " Ask for scopes that the API token has.",
}
"""What to do about an error of RFC 6749, section 5.2."""


class TokenRefused(Exception):  # noqa: N818 - states the world
    """The portal gives no bearer token: `code` is its `error` (RFC 6749, section 5.2), `detail` is for a person."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        super().__init__(f"{status} {code}: {detail}{ADVICE.get(code, '')}")


class ApiToken:
    """Gives a client its bearer token for each request, and gets a new one from the portal when that is due.

    `scope` asks for fewer scopes than the API token has, separated by spaces. Clients and threads may share one.
    Raises TokenRefused, or httpx.TransportError when nobody answers.
    """

    def __init__(
        self,
        portal_address: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        named = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"  # as RFC 6749, section 2.3.1, asks for
        self._headers = {"Authorization": f"Basic {base64.b64encode(named.encode()).decode()}"}
        self._form = {"grant_type": "client_credentials", **given(scope=scope)}
        self._portal = Transport(portal_address, "", patience_seconds=patience_seconds, transport=transport)
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._due = "", float("-inf")

    def __call__(self) -> str:
        """The bearer token; one thread gets a new one while the others wait for it."""
        with self._lock:
            asked = self._clock()
            if asked >= self._due:
                self._token, seconds = self._new()
                self._due = asked + seconds - EARLY_SECONDS
            return self._token

    def close(self) -> None:
        self._portal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _new(self) -> tuple[str, float]:
        """A bearer token, and for how many seconds it is valid."""
        response = self._portal.send("POST", "/oauth/token", data=self._form, headers=self._headers)
        try:
            said = response.json()
            if response.is_success:
                return str(said["access_token"]), float(said.get("expires_in", 0))
            code, detail = str(said["error"]), str(said.get("error_description", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            code, detail = "", response.text[:200]
        raise TokenRefused(response.status_code, code, detail)
