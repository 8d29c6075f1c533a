"""Every no as a problem document (RFC 9457): one total function from a code to its answer."""

from collections.abc import Mapping
from typing import TypeVar

from starlette.responses import Response

from contracts.outcomes import Rejected
from contracts.refusals import REFUSALS
from runtime.problems import Problem, headers, render
from runtime.trouble import RETRY_AFTER_SECONDS, Trouble

T = TypeVar("T")

SOON_SECONDS = 1
"""Retry-After of what is only a moment behind."""
_SOON = frozenset({"sequence_not_reached", "license_file_not_ready", "receipt_not_ready"})


class Refused(Exception):  # noqa: N818 - states the world
    """The request gets the problem of this code; `detail` replaces the row's sentence where one can say more.

    `retry_after_seconds` also stands in the problem: a line of a bulk has no header.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        extras: Mapping[str, object] | None = None,
        *,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.extras = dict(extras or {})
        self.retry_after_seconds = retry_after_seconds
        if retry_after_seconds is not None:
            self.extras["retry_after_seconds"] = retry_after_seconds


def problem_of(code: str, detail: str = "", extras: Mapping[str, object] | None = None) -> Problem:
    """The problem of a refusal. A code that is in no row is a writer newer than we are: still a clean no."""
    row = REFUSALS.get(code)
    title = code.replace("_", " ").capitalize()
    if row is None:
        return Problem(status=409, code=code, title=title, detail=detail, extras=extras or {})
    said = {**(extras or {}), "rule": row.rule}
    return Problem(status=row.status, code=code, title=title, detail=detail or row.sentence, extras=said)


def rejected(outcome: Rejected) -> Refused:
    """The ledger's no: its details stand in the problem as members, and the entries that it rests on."""
    entries = {"entries": list(outcome.entries)} if outcome.entries else {}
    return Refused(outcome.code, extras={**outcome.details, **entries})


def answer(refused: Refused) -> Response:
    """The response; a 503 always names its Retry-After, as a 429 does, and a 401 its scheme."""
    problem = problem_of(refused.code, refused.detail, refused.extras)
    wait = refused.retry_after_seconds
    if problem.status == 503 and wait is None:
        wait = SOON_SECONDS if refused.code in _SOON else RETRY_AFTER_SECONDS
    head = headers(retry_after_seconds=wait)
    if problem.status == 401:
        head["WWW-Authenticate"] = 'Bearer realm="licensing"'
    return Response(render(problem), problem.status, head)


def trouble_answer(trouble: Trouble) -> Response:
    """503: the sentence names what is away, never where it is."""
    return answer(Refused("service_unavailable", retry_after_seconds=trouble.retry_after_seconds))


def require_found(view: T | None, code: str) -> T:
    """The view, or the refusal that also hides what is not the caller's."""
    if view is None:
        raise Refused(code)
    return view
