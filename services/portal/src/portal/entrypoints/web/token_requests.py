"""What a program says to the token endpoint (RFC 6749, sections 2.3.1 and 4.4.2), read strictly."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

FORM = "application/x-www-form-urlencoded"
CLIENT_CREDENTIALS = "client_credentials"
MAX_BYTES = 4096
"""A request has 200."""
MAX_FIELDS = 20


class NoTokenRequest(Exception):  # noqa: N818 - states the world
    """The request is none; `error` is the word of RFC 6749, section 5.2, and the message says more to its sender."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Who asks, and for which scopes: None stands for all that the API token has."""

    client_id: str
    secret: str = field(repr=False)
    scopes: frozenset[str] | None


def read(authorization: Sequence[str], content_type: str, body: bytes) -> TokenRequest:
    """The request of these headers and this body; raises NoTokenRequest."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise NoTokenRequest("invalid_request", f"The body has to be of the type {FORM}.")
    fields = _fields(body)
    client_id, secret = _credentials(authorization, fields)
    if not fields.get("grant_type"):
        raise NoTokenRequest("invalid_request", "There is no grant_type.")
    if fields["grant_type"] != CLIENT_CREDENTIALS:
        raise NoTokenRequest("unsupported_grant_type", f"The grant_type has to be {CLIENT_CREDENTIALS}.")
    wanted = frozenset(fields.get("scope", "").split())
    return TokenRequest(client_id, secret, wanted or None)


def _fields(body: bytes) -> dict[str, str]:
    """Each field once (RFC 6749, section 3.2); what is unknown is passed over."""
    if len(body) > MAX_BYTES:
        raise NoTokenRequest("invalid_request", f"The body is longer than {MAX_BYTES} bytes.")
    try:
        said = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise NoTokenRequest("invalid_request", "The body is no form in UTF-8.") from None
    fields = dict(said)
    if len(fields) < len(said):
        raise NoTokenRequest("invalid_request", "A field is there twice.")
    return fields


def _credentials(authorization: Sequence[str], fields: dict[str, str]) -> tuple[str, str]:
    """In the header or in the form, not in both."""
    in_form = fields.get("client_id", ""), fields.get("client_secret", "")
    if not authorization:
        if not all(in_form):
            raise NoTokenRequest("invalid_client", "There is no client id with its secret.")
        return in_form
    if in_form[1] or len(authorization) > 1:
        raise NoTokenRequest("invalid_request", "The client shows its secret in more than one way.")
    client_id, secret = _basic(authorization[0])
    if in_form[0] not in ("", client_id):
        raise NoTokenRequest("invalid_request", "The client has two ids.")
    return client_id, secret


def _basic(authorization: str) -> tuple[str, str]:
    """HTTP Basic (RFC 7617) of what is encoded as in a form."""
    scheme, _, said = authorization.partition(" ")
    try:
        shown = base64.b64decode(said.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        shown = ""
    client_id, colon, secret = shown.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise NoTokenRequest("invalid_client", "The Authorization header has to be Basic, with client id and secret.")
    return unquote_plus(client_id), unquote_plus(secret)
