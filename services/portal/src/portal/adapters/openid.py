"""An OpenID Connect provider, asked over HTTP. What it signs is verified by PyJWT.

Its description (OpenID Connect Discovery 1.0) and its keys are kept for a while, and read again where a token names a
key that is not known.
"""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jwt
from jwt import PyJWK

from portal.application.accounts import ProviderSession
from portal.application.openid import LOGOUT_LIFE, Attempt, Ended, Identity, NotVouched
from portal.domain.mail_addresses import is_mail_address
from runtime.settings import read_secret
from runtime.trouble import Trouble

ANSWER_SECONDS = 5.0
MOST_BYTES = 256 * 1024
"""A description has 5 kB, a set of keys 10."""
KEPT_SECONDS = 3600.0
"""So old may description and keys be."""
LEEWAY_SECONDS = 30
"""How far the clocks may differ."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that are believed; never one by a shared secret, never `none`."""
MOST_CHARACTERS = 255
"""A subject has 255 characters at most (OpenID Connect Core 1.0, 2); so have names and sessions here."""
AGAIN_SECONDS = 1.0
"""So old have keys to be before they are read again: a token of an unknown key, which anybody can send, asks for it."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPES = ("logout+jwt", "application/logout+jwt", "jwt")
"""A logout token says its type, or that it is a token (OpenID Connect Back-Channel Logout 1.0, 2.4)."""


@dataclass(frozen=True, slots=True)
class Described:
    """What is needed of a provider's description."""

    authorization: str
    token: str
    keys: str
    user_info: str | None
    sign_out: str | None
    by_post: bool
    """Whether it wants the client's secret in the form."""


class OpenIdProvider:
    """Implements Provider. `address` is where people reach the portal."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        issuer: str,
        client_id: str,
        secret_file: Path,
        scopes: str,
        name: str,
        address: str,
    ) -> None:
        self._client, self._issuer, self._client_id, self._secret_file = client, issuer, client_id, secret_file
        self._scopes, self._name = scopes, name
        self._back, self._home = f"{address}/sign-in/openid/answer", f"{address}/sign-in"
        self._described: tuple[float, Described] | None = None
        self._keys: tuple[float, list[Mapping[str, Any]]] | None = None
        self._reading = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def issuer(self) -> str:
        return self._issuer

    async def way_in(self, attempt: Attempt) -> str:
        described = await self._description()
        return _with_query(
            described.authorization,
            response_type="code",
            client_id=self._client_id,
            redirect_uri=self._back,
            scope=self._scopes,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=attempt.challenge,
            code_challenge_method="S256",
        )

    async def way_out(self) -> str | None:
        sign_out = (await self._description()).sign_out
        if sign_out is None:
            return None
        return _with_query(sign_out, client_id=self._client_id, post_logout_redirect_uri=self._home)

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        described = await self._description()
        tokens = await self._exchange(described, attempt, code)
        id_token, access_token = _text(tokens, "id_token"), _text(tokens, "access_token")
        claims = await self._verified(id_token, access_token, attempt)
        subject = _optional(claims, "sub")
        if not subject:
            raise NotVouched("the provider names no subject")
        if "email" not in claims and described.user_info is not None:
            more = await self._get(described.user_info, Authorization=f"Bearer {access_token}")
            if more.get("sub") != subject:
                raise NotVouched("the user info is of another subject")
            claims = {**more, **claims}
        return Identity(self._issuer, subject, _email(claims), _name(claims), _optional(claims, "sid"))

    async def ended(self, logout_token: str) -> Ended:
        claims, _ = await self._signed(logout_token, "exp", "jti", "events")
        kind = jwt.get_unverified_header(logout_token).get("typ", "jwt")
        if str(kind).lower() not in LOGOUT_TYPES:
            raise NotVouched("the token is of another type than a logout token")
        events = claims["events"]
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
            raise NotVouched("the token is about another event than a logout")
        if "nonce" in claims:
            raise NotVouched("a logout token has no nonce")
        if not _is_fresh(claims["iat"]):
            raise NotVouched("the logout token is too old")
        subject, sid = _optional(claims, "sub"), _optional(claims, "sid")
        if not subject and not sid:
            raise NotVouched("the logout token names neither a subject nor a session")
        return Ended(ProviderSession(self._issuer, subject, sid), _text(claims, "jti"))

    async def _exchange(self, described: Described, attempt: Attempt, code: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": attempt.verifier,
        }
        secret, head = read_secret(self._secret_file).decode(), dict[str, str]()
        if described.by_post:
            form |= {"client_id": self._client_id, "client_secret": secret}
        else:  # RFC 6749, 2.3.1: both are encoded as in a form before they become a user and a password
            pair = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}".encode()
            head["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        status, said = await self._answer(self._client.build_request("POST", described.token, data=form, headers=head))
        if said.get("error") == "invalid_grant":
            raise NotVouched("the provider does not take the code")
        return self._found(status, said, described.token)

    async def _verified(self, id_token: str, access_token: str, attempt: Attempt) -> Mapping[str, Any]:
        """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.8); raises NotVouched."""
        claims, key = await self._signed(id_token, "sub", "exp", "nonce")
        if not _same(claims["nonce"], attempt.nonce):
            raise NotVouched("the nonce of the ID token is of another attempt")
        if "at_hash" in claims and not _same(claims["at_hash"], _half_digest(key, access_token)):
            raise NotVouched("at_hash of the ID token is of another access token")
        return claims

    async def _signed(self, token: str, *required: str) -> tuple[Mapping[str, Any], PyJWK]:
        """The claims of a token that the provider has signed for the portal alone, by which key; raises NotVouched."""
        try:
            key = await self._key(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "iat", *required]},
            )
        except (jwt.PyJWTError, RecursionError) as error:
            raise NotVouched(f"a token of the provider is refused: {error}") from None
        said = claims.get("azp", self._client_id if _is_for_one(claims["aud"]) else None)
        if said != self._client_id:
            raise NotVouched("a token of the provider was issued to another client")
        return claims, key

    async def _key(self, header: Mapping[str, Any]) -> PyJWK:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise NotVouched(f"a token signed by {algorithm!r} is not believed")
        found = _fitting(await self._key_set(KEPT_SECONDS), algorithm, kid)
        found = found or _fitting(await self._key_set(AGAIN_SECONDS), algorithm, kid)
        if len(found) != 1:
            raise NotVouched(f"{len(found)} keys of the provider fit the token")
        return found[0]

    async def _key_set(self, most_seconds: float) -> list[Mapping[str, Any]]:
        """The provider's keys, as they were so many seconds ago at most."""
        described = await self._description()
        async with self._reading:
            if self._keys is None or time.monotonic() - self._keys[0] > most_seconds:
                keys = (await self._get(described.keys)).get("keys")
                if not isinstance(keys, list):
                    raise Trouble(f"{self._issuer} publishes no set of keys")
                self._keys = time.monotonic(), [one for one in keys if isinstance(one, dict)]
            return self._keys[1]

    async def _description(self) -> Described:
        async with self._reading:
            if self._described is None or time.monotonic() - self._described[0] > KEPT_SECONDS:
                address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                self._described = time.monotonic(), self._read(await self._get(address))
            return self._described[1]

    def _read(self, said: Mapping[str, Any]) -> Described:
        if said.get("issuer") != self._issuer:
            raise Trouble(f"what should be {self._issuer} calls itself otherwise")
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Described(
            authorization=self._endpoint(said, "authorization_endpoint"),
            token=self._endpoint(said, "token_endpoint"),
            keys=self._endpoint(said, "jwks_uri"),
            user_info=self._endpoint(said, "userinfo_endpoint") if "userinfo_endpoint" in said else None,
            sign_out=self._endpoint(said, "end_session_endpoint") if "end_session_endpoint" in said else None,
            by_post="client_secret_basic" not in methods,
        )

    def _endpoint(self, said: Mapping[str, Any], name: str) -> str:
        """An address of the provider, as protected as its issuer is."""
        address = said.get(name)
        if not isinstance(address, str) or not address.startswith(f"{httpx.URL(self._issuer).scheme}://"):
            raise Trouble(f"{self._issuer} names no {name}")
        return address

    async def _get(self, address: str, **head: str) -> Mapping[str, Any]:
        status, said = await self._answer(self._client.build_request("GET", address, headers=head))
        return self._found(status, said, address)

    def _found(self, status: int, said: Mapping[str, Any], address: str) -> Mapping[str, Any]:
        if status != 200:
            raise Trouble(f"{address} answers {status} {str(said.get('error', ''))[:40]}")
        return said

    async def _answer(self, request: httpx.Request) -> tuple[int, Mapping[str, Any]]:
        """Status and object; raises Trouble where nobody answers, or with something else."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await self._read_bounded(request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Trouble(f"{self._issuer} is away ({type(error).__name__})") from error
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Trouble(f"{request.url.path} of {self._issuer} answers with something else than an object")
        return status, said

    async def _read_bounded(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._client.send(request, stream=True)
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Trouble(f"{self._issuer} answers {request.url.path} with too much")
        finally:
            await response.aclose()
        return response.status_code, bytes(body)


def _fitting(keys: list[Mapping[str, Any]], algorithm: str, kid: object) -> list[PyJWK]:
    """Those that this algorithm verifies with, and that have the name, where one is said."""
    named = [one for one in keys if kid is None or one.get("kid") == kid]
    usable = [one for one in named if one.get("use", "sig") == "sig" and one.get("alg", algorithm) == algorithm]
    found = list[PyJWK]()
    for one in usable:
        try:
            found.append(PyJWK(dict(one), algorithm))
        except jwt.PyJWTError:  # a key of a kind that the algorithm does not take
            continue
    return found


def _half_digest(key: PyJWK, access_token: str) -> str:
    """What `at_hash` says of an access token: the left half of its digest by the algorithm's hash."""
    digest = key.Algorithm.compute_hash_digest(access_token.encode())
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _is_for_one(audience: object) -> bool:
    return isinstance(audience, str) or (isinstance(audience, list) and len(audience) == 1)


def _is_fresh(issued: object) -> bool:
    return isinstance(issued, int | float) and issued > time.time() - LOGOUT_LIFE.total_seconds()


def _same(said: object, known: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(), known.encode())


def _email(claims: Mapping[str, Any]) -> str:
    """The address, where the provider has verified it."""
    said = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(said, str):
        return ""
    email = said.strip().lower()
    return email if is_mail_address(email) else ""


def _name(claims: Mapping[str, Any]) -> str:
    said = claims.get("name")
    return said.strip()[:MOST_CHARACTERS] if isinstance(said, str) else ""


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise NotVouched(f"the provider answers without {name}")
    return value


def _optional(claims: Mapping[str, Any], name: str) -> str:
    """A name that is kept in a table; empty where there is none."""
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS or "\0" in value:
        raise NotVouched(f"the provider answers with another {name} than a short text")
    return value


def _with_query(address: str, **values: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"
