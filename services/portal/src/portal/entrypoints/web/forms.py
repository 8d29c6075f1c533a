"""Forms: each carries a token that only the visitor's own pages know, so that no other site can send one for them."""

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

COOKIE = "session"
SECURE_COOKIE = "__Host-session"
FORM_TOKEN = "form_token"  # noqa: S105 - a name
MAX_FIELDS = 1000


class FormRefused(Exception):  # noqa: N818 - states the world
    """The form was not sent by a page that this visitor has open."""


def form_token(cookie: str) -> str:
    """The token of a visitor's forms: whoever has the cookie can make it, nobody else can."""
    return hashlib.sha256(b"licensing portal form\0" + cookie.encode()).hexdigest()


def cookie_name(*, is_secure: bool) -> str:
    """A browser takes a cookie with the prefix from this very host only, and only over TLS."""
    return SECURE_COOKIE if is_secure else COOKIE


def visitors_cookie(request: Request) -> str:
    """The cookie that the visitor has, or the one that they get with this page."""
    known: str | None = getattr(request.state, "cookie", None)
    if known is None:
        sent = request.cookies.get(cookie_name(is_secure=request.state.services.is_secure), "")
        request.state.is_new_visitor = not sent
        known = request.state.cookie = sent or secrets.token_urlsafe(32)
    return known


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """The first field of this name, without blanks around it; empty without one."""
        return next((value.strip() for key, value in self._fields if key == name), "")

    def secret(self, name: str) -> str:
        """A password, just as it was typed."""
        return next((value for key, value in self._fields if key == name), "")

    def every(self, name: str) -> list[str]:
        return [value.strip() for key, value in self._fields if key == name]

    def beginning(self, prefix: str) -> dict[str, str]:
        """Fields whose names begin so, by the rest of their names."""
        return {key.removeprefix(prefix): value.strip() for key, value in self._fields if key.startswith(prefix)}


async def _form(request: Request) -> Form:
    """The form of a POST; raises FormRefused for one of another site."""
    if request.state.body_refused is not None:
        raise request.state.body_refused
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefused
    try:
        fields = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise FormRefused from None
    form = Form(fields)
    if not hmac.compare_digest(form.text(FORM_TOKEN).encode(), form_token(visitors_cookie(request)).encode()):
        raise FormRefused
    return form


TheForm = Annotated[Form, Depends(_form)]
