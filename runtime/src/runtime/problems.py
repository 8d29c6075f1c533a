"""RFC 9457 problem documents, as bytes: no web framework in here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:licensing:problem:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request is refused: `code` is stable and for programs, `detail` is a sentence a person can act on."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    instance: str = ""
    extras: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def type(self) -> str:
        return TYPE_PREFIX + self.code


def render(problem: Problem) -> bytes:
    """The JSON body; empty members are left out, extras never replace a standard member.

    What a sentence repeats of a request may hold half a character, which has no bytes.
    """
    title = problem.title or HTTPStatus(problem.status).phrase
    standard: dict[str, object] = {"type": problem.type, "title": title, "status": problem.status}
    optional = {"detail": problem.detail, "instance": problem.instance}
    standard |= {name: text for name, text in optional.items() if text}
    return json.dumps({**problem.extras, **standard, "code": problem.code}, ensure_ascii=False).encode(errors="replace")


def headers(*, retry_after_seconds: int | None = None) -> dict[str, str]:
    """The response headers that go with `render`; a 503 names its Retry-After."""
    base = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return base if retry_after_seconds is None else base | {"Retry-After": str(retry_after_seconds)}
