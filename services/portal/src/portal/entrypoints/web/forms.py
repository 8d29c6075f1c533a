"""Forms: each carries a token that only the visitor's own pages know, so that no other site can send one for them."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from email.message import Message
from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from runtime.trouble import Trouble
from runtime.web.problems import Refused

COOKIE = "session"
SECURE_COOKIE = "__Host-session"
FORM_TOKEN = "form_token"  # noqa: S105 - a name
REQUEST = "request"
"""The idempotency key of a form: however often it is sent, it is done once."""
MULTIPART = "multipart/form-data"
MAX_FIELDS = 1000
MAX_FILES = 1
MAX_DIGITS = 9
UNREADABLE = "\0"
"""The one character that no table takes and nobody types."""


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


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody chose in a form."""

    name: str
    content: bytes


class Form:
    """The fields of a form that was sent. Lines end as they do everywhere but in forms."""

    def __init__(self, fields: list[tuple[str, str]], upload: Upload | None = None) -> None:
        self._fields = [(key, value.replace("\r\n", "\n")) for key, value in fields]
        self.upload = upload

    def text(self, name: str) -> str:
        """The first field of this name, without blanks around it; empty without one."""
        return next((value.strip() for key, value in self._fields if key == name), "")

    def secret(self, name: str) -> str:
        """A password, just as it was typed."""
        return next((value for key, value in self._fields if key == name), "")

    def every(self, name: str) -> list[str]:
        return [value.strip() for key, value in self._fields if key == name]

    def optional(self, name: str) -> str | None:
        """The first field of this name, or None where nothing was typed."""
        return self.text(name) or None

    def whole(self, name: str) -> int | None:
        """A number without a sign, or None where something else was typed."""
        typed = self.text(name)[:MAX_DIGITS]
        return int(typed) if typed.isascii() and typed.isdecimal() else None

    def without(self, *names: str) -> list[tuple[str, str]]:
        """All fields but these, to be sent again."""
        return [(key, value) for key, value in self._fields if key not in names]

    def extended(self, name: str, value: str) -> "Form":
        """The form with one more field, and without its file."""
        return Form([*self._fields, (name, value)])

    def to_send_again(self, *secrets: str) -> list[tuple[str, str]]:
        """All fields but the token and these, where it is safe to send them again: with a key, and without a file."""
        return self.without(FORM_TOKEN, *secrets) if self.text(REQUEST) and self.upload is None else []

    def is_unreadable(self) -> bool:
        """Whether there is something in it that can't be kept."""
        name = self.upload.name if self.upload else ""
        return any(UNREADABLE in one for field in (*self._fields, (name, "")) for one in field)

    def beginning(self, prefix: str) -> dict[str, str]:
        """Fields whose names begin so, by the rest of their names."""
        return {key.removeprefix(prefix): value.strip() for key, value in self._fields if key.startswith(prefix)}


async def _form(request: Request) -> Form:
    """The form of a POST; raises FormRefused for one of another site."""
    if request.state.body_refused is not None:
        raise request.state.body_refused
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefused
    form = await (_with_file(request) if is_multipart(request.headers.get("content-type", "")) else _typed(request))
    if not hmac.compare_digest(form.text(FORM_TOKEN).encode(), form_token(visitors_cookie(request)).encode()):
        raise FormRefused
    if form.is_unreadable():
        raise HTTPException(422)
    request.state.form = form
    return form


async def form_of(request: Request) -> Form | None:
    """The form that was sent, whether a page has seen it or trouble came before; None without one that is taken."""
    if request.method != "POST" or getattr(request.state, "form", None) is not None:
        return cast("Form | None", getattr(request.state, "form", None))
    try:
        return await _form(request)
    except (FormRefused, Refused, Trouble, HTTPException):
        return None


def is_multipart(content_type: str) -> bool:
    """Whether a form may have a file in it."""
    return content_type.partition(";")[0].strip().lower() == MULTIPART


async def _typed(request: Request) -> Form:
    try:
        return Form(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise FormRefused from None


async def _with_file(request: Request) -> Form:
    """Its fields are read as UTF-8 only: some decoders that a form may name take a minute for a field."""
    head = Message()
    head["Content-Type"] = request.headers["content-type"]
    if head.get_content_charset("utf-8") != "utf-8":
        raise FormRefused
    fields, upload = list[tuple[str, str]](), None
    try:
        async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS) as sent:
            for key, value in sent.multi_items():
                if isinstance(value, UploadFile):
                    upload = Upload(value.filename or "", await value.read()) if value.size else None
                else:
                    fields.append((key, value))
    except HTTPException:
        raise FormRefused from None
    return Form(fields, upload)


TheForm = Annotated[Form, Depends(_form)]
