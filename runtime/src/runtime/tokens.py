"""Bearer tokens: who calls, and for which company. Only asymmetric signatures by a key of the JWKS file are valid."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
from jwt import PyJWK

from contracts import scopes
from contracts.identifiers import TOKEN_NAME_PATTERN, UUID_PATTERN
from runtime.watched_file import WatchedFile

ALGORITHMS = {"EdDSA": "OKP", "ES256": "EC"}
"""Accepted algorithms and the type of key that each needs; never a symmetric one, never `none`."""
MAX_LIFE_SECONDS = 3600
"""From `iat` to `exp`: a token that leaks is worth an hour at most."""
LEEWAY_SECONDS = 5
"""How far the clocks of issuer and API may differ."""
MAX_TOKEN_CHARACTERS = 4096
MAX_SCOPE_CHARACTERS = 1024
"""Of a `scope` claim: all scopes of ours take a tenth of it, and issuers have others beside them."""
LAST_SECOND = 253_402_300_799
"""The end of the year 9999, in seconds since 1970."""
_REQUIRED = ["iss", "aud", "iat", "exp", "sub", "company", "jti"]
_UUID = re.compile(UUID_PATTERN)
_TOKEN_NAME = re.compile(TOKEN_NAME_PATTERN)
_SCOPE = re.compile(rf"[ !#-\[\]-~]{{0,{MAX_SCOPE_CHARACTERS}}}")
"""Scopes between spaces (RFC 6749, section 3.3); by another separator, a token would seem to have none of ours."""


class BadCredentials(Exception):  # noqa: N818 - states the world
    """The request has no valid token; the message says what is wrong with it, for its owner."""


class AccountInactive(Exception):  # noqa: N818 - states the world
    """The issuer says that the account is not activated, locked or removed (rule X8)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that acts for a company, and the token that says so until it expires, in seconds since 1970.

    `scopes` are ours that the token has; without any the caller may do all that the account may.
    """

    account: str
    company: str
    token: str = field(default="", repr=False, compare=False)
    expires: float = field(default=float("inf"), compare=False)
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a valid token says. `token_id` (its `jti`) and `key_id` name it without opening any door.

    `scopes` are ours among its own; without any it may be used for all that the account may do.
    """

    account: str
    company: str
    token_id: str
    key_id: str
    expires: float
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A public key, and the one issuer whose tokens it signs: None stands for the issuer that the settings name."""

    jwk: PyJWK
    issuer: str | None


class KeyFile:
    """The public keys of a JWKS file, read again when the file changes: so keys are rotated, and revoked."""

    def __init__(self, path: Path) -> None:
        self._file = WatchedFile(path, _read_file, name="token_keys", shown=lambda keys: {"kids": sorted(keys)})

    def key(self, kid: str) -> TokenKey | None:
        return self._file.content().get(kid)


def _read_file(path: Path) -> Mapping[str, TokenKey]:
    try:
        return read_jwks(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        raise ValueError(f"{path} is no JWKS: {type(error).__name__}: {error}") from None


def read_jwks(text: str) -> Mapping[str, TokenKey]:
    """The keys by their kid; raises ValueError for a key without kid, with a private part, or of another kind.

    A member `iss` binds a key to one issuer, so that several issuers stand in one set and none speaks for another.
    """
    found: dict[str, TokenKey] = {}
    for raw in json.loads(text)["keys"]:
        if raw.get("kty") not in ALGORITHMS.values() or not raw.get("kid"):
            raise ValueError("a token key is an Ed25519 or P-256 key with a kid")
        if not _TOKEN_NAME.fullmatch(raw["kid"]):
            raise ValueError("the kid of a token key is 1 to 64 letters, digits or ._~:-")
        if "d" in raw:
            raise ValueError(f"the token key {raw['kid']} has its private part in it; only the issuer may have that")
        issuer = raw.get("iss")
        if issuer is not None and not (isinstance(issuer, str) and issuer):
            raise ValueError(f"the iss of the token key {raw['kid']} is no name of an issuer")
        found[raw["kid"]] = TokenKey(PyJWK(raw, "EdDSA" if raw["kty"] == "OKP" else "ES256"), issuer)
    return found


class Tokens:
    """Checks tokens for one audience: those of `issuer`, and of the issuers that keys are bound to."""

    def __init__(self, key_of: Callable[[str], TokenKey | None], *, issuer: str, audience: str) -> None:
        self._key_of = key_of
        self._issuer = issuer
        self._audience = audience

    def caller(self, authorization: str | None, *, now: datetime) -> Caller:
        """The caller that an Authorization header names; raises BadCredentials or AccountInactive."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadCredentials("there is no bearer token")
        token = token.strip()
        verified = self.verified(token, now=now)
        return Caller(verified.account, verified.company, token, verified.expires, verified.scopes)

    def verified(self, token: str, *, now: datetime, late_seconds: float = 0.0) -> VerifiedToken:
        """What a token says, up to `late_seconds` after it has expired; raises BadCredentials or AccountInactive."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise BadCredentials("the token is too long")
        key = self._key(token)
        claims = self._claims(token, key)
        _check_times(claims, now.timestamp(), late_seconds)
        if claims.get("active", True) is not True:
            raise AccountInactive
        return _verified(claims, str(key.jwk.key_id))

    def _claims(self, token: str, key: TokenKey) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key.jwk.key,
                algorithms=[str(key.jwk.algorithm_name)],
                issuer=key.issuer or self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.InvalidTokenError, RecursionError) as error:
            raise BadCredentials(f"the token is refused: {error}") from None

    def _key(self, token: str) -> TokenKey:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, RecursionError) as error:
            raise BadCredentials(f"the token is refused: {error}") from None
        kid = header.get("kid")
        key = self._key_of(kid) if isinstance(kid, str) else None
        if key is None:
            raise BadCredentials("the token names no key of an issuer")
        if header.get("alg") != key.jwk.algorithm_name:
            raise BadCredentials("the token's algorithm is not that of its key")
        return key


def _check_times(claims: Mapping[str, Any], now: float, late_seconds: float) -> None:
    """Our own clock decides, so that one reading of it serves the whole request."""
    issued, expires, begins = claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])
    if not all(map(_is_time, (issued, expires, begins))):
        raise BadCredentials("the token's times are no numbers of seconds since 1970")
    if expires <= now - LEEWAY_SECONDS - late_seconds:
        raise BadCredentials("the token has expired")
    if max(issued, begins) > now + LEEWAY_SECONDS:
        raise BadCredentials("the token is not valid yet")
    if not 0 < expires - issued <= MAX_LIFE_SECONDS:
        raise BadCredentials(f"the token lives longer than {MAX_LIFE_SECONDS} s")


def _is_time(said: object) -> bool:
    """NaN is no time, and of two numbers with 400 digits nobody can take the difference as a float."""
    return isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= LAST_SECOND


def _verified(claims: Mapping[str, Any], key_id: str) -> VerifiedToken:
    account, company, token_id = claims["sub"], claims["company"], claims["jti"]
    if not all(isinstance(one, str) and _UUID.fullmatch(one) for one in (account, company)):
        raise BadCredentials("the token's sub and company are no ids")
    if not isinstance(token_id, str) or not _TOKEN_NAME.fullmatch(token_id):
        raise BadCredentials("the token's jti is not 1 to 64 letters, digits or ._~:-")
    return VerifiedToken(account, company, token_id, key_id, float(claims["exp"]), _scopes(claims.get("scope", "")))


def _scopes(said: object) -> frozenset[str]:
    if not isinstance(said, str) or not _SCOPE.fullmatch(said):
        limit = f"at most {MAX_SCOPE_CHARACTERS} characters"
        raise BadCredentials(f"the token's scope is no text of scopes between spaces, with {limit}")
    return scopes.known(said)
