"""Every refusal as a problem document (RFC 9457): one total function from a code to its response."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from starlette.responses import Response

from runtime.problems import Problem, headers, render
from runtime.trouble import RETRY_AFTER_SECONDS, Trouble

T = TypeVar("T")

REALM = "licensing"
"""What a bearer token is for, in challenges (RFC 9110, section 11.5)."""
BUSY_SECONDS = 2
"""Retry-After of whoever has as much at work as is their share."""
SOON_SECONDS = 1
"""Retry-After of what is only a moment behind."""
CODES = frozenset(
    {
        *("request_malformed", "head_too_big", "bad_credentials", "account_inactive", "scope_missing"),
        *("request_too_slow", "body_too_big", "body_not_json", "body_encoded", "request_invalid"),
        *("not_found", "method_not_allowed", "internal_error", "service_unavailable", "busy", "access_not_recorded"),
    }
)
"""The codes that this package itself responds with: every service's table of refusals has a row for each."""


class RefusalRow(Protocol):
    """A row of a table of refusals: the HTTP status, a sentence for a person, and the rule behind it."""

    @property
    def status(self) -> int: ...
    @property
    def sentence(self) -> str: ...
    @property
    def rule(self) -> str: ...


class Refused(Exception):  # noqa: N818 - states the world
    """The request gets the problem of this code; `detail` replaces the row's sentence where one can say more.

    `retry_after_seconds` also stands in the problem: a line of a bulk has no header. `headers` are of the response.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        extras: Mapping[str, object] | None = None,
        *,
        retry_after_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.extras = dict(extras or {})
        self.headers = dict(headers or {})
        self.retry_after_seconds = retry_after_seconds
        if retry_after_seconds is not None:
            self.extras["retry_after_seconds"] = retry_after_seconds


def require_found(view: T | None, code: str) -> T:
    """The view, or the refusal that also hides what is not the caller's."""
    if view is None:
        raise Refused(code)
    return view


class Problems:
    """The problems of one service, by its table of refusals. A 503 with a code of `soon` is retried after a second."""

    def __init__(self, table: Mapping[str, RefusalRow], *, soon: frozenset[str] = frozenset()) -> None:
        if missing := CODES - table.keys():
            raise ValueError(f"the table of refusals has no row for {', '.join(sorted(missing))}")
        self.table = table
        self._soon = soon

    def of(self, refused: Refused) -> Problem:
        """The problem of a refusal. A code without a row comes from a newer service: it still gets a clean problem."""
        row = self.table.get(refused.code)
        title = refused.code.replace("_", " ").capitalize()
        if row is None:
            return Problem(status=409, code=refused.code, title=title, detail=refused.detail, extras=refused.extras)
        return Problem(
            status=row.status,
            code=refused.code,
            title=title,
            detail=refused.detail or row.sentence,
            extras={**refused.extras, "rule": row.rule},
        )

    def response(self, refused: Refused, *, instance: str = "") -> Response:
        """The response; a 503 always names its Retry-After, as a 429 does, and a 401 its scheme."""
        problem = replace(self.of(refused), instance=instance)
        wait = refused.retry_after_seconds
        if problem.status == 503 and wait is None:
            wait = SOON_SECONDS if refused.code in self._soon else RETRY_AFTER_SECONDS
        head = headers(retry_after_seconds=wait) | refused.headers
        if problem.status == 401:
            head["WWW-Authenticate"] = f'Bearer realm="{REALM}"'
        return Response(render(problem), problem.status, head)

    def trouble_response(self, trouble: Trouble) -> Response:
        """503: the sentence names no server and no address."""
        return self.response(Refused(trouble.code, retry_after_seconds=trouble.retry_after_seconds))
