"""What the portal believes of an OpenID Connect provider, and what it asks it."""

import base64
import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from pydantic import ValidationError

from portal.adapters import openid
from portal.adapters.openid import LEEWAY_SECONDS, LOGOUT, MOST_BYTES, OpenIdProvider
from portal.application.accounts import ProviderSession
from portal.application.openid import LOGOUT_LIFE, Attempt, Ended, Identity, NotVouched
from portal.entrypoints.web.settings import PortalSettings
from runtime.trouble import Trouble

ISSUER, CLIENT, SECRET, CODE = "https://id.example", "portal:1", "a secret/with+signs", "the code"
FIRST, SECOND = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())
ATTEMPT = Attempt("a secret of this browser", "its cookie")


def left_half(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


class FromNow(NamedTuple):
    """A time in a claim, counted from when the token is signed."""

    seconds: int


class Elsewhere:
    """A provider as it looks from here: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked = list[httpx.Request]()
        self.key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | str = FIRST
        self.algorithm, self.kid = "RS256", "one"
        self.published = [self.public(FIRST, "one")]
        self.user_info: dict[str, Any] = {"sub": "7", "email": "Ada@Example.net", "email_verified": True}
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.is_away = False

    @staticmethod
    def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
        public = key.public_key()
        as_jwk = RSAAlgorithm.to_jwk(public) if isinstance(public, rsa.RSAPublicKey) else ECAlgorithm.to_jwk(public)
        return {**json.loads(as_jwk), "kid": kid, "use": "sig"}

    def id_token(self) -> str:
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 60, "nonce": ATTEMPT.nonce}
        return self.signed(usual | self.claims)

    def logout_token(self, **claims: Any) -> str:
        usual = {"iss": ISSUER, "aud": CLIENT, "sub": "7", "sid": "s", "iat": int(time.time()), "exp": FromNow(60)}
        return self.signed({**usual, "jti": "1", "events": {LOGOUT: {}}, **claims}, typ="logout+jwt")

    def signed(self, claims: dict[str, Any], **head: Any) -> str:
        now = int(time.time())
        known = {
            name: now + value.seconds if isinstance(value, FromNow) else value
            for name, value in claims.items()
            if value is not None
        }
        return jwt.encode(known, self.key, algorithm=self.algorithm, headers={"kid": self.kid, **head})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.is_away:
            raise httpx.ConnectError("nobody listens")
        match request.url.path:
            case "/.well-known/openid-configuration":
                known = {
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/auth?tenant=1",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/keys",
                    "userinfo_endpoint": f"{ISSUER}/me",
                    "end_session_endpoint": f"{ISSUER}/end",
                }
                return httpx.Response(200, json=known | self.described)
            case "/keys":
                return httpx.Response(200, json={"keys": self.published})
            case "/token":
                if dict(parse_qsl(request.content.decode()))["code"] != CODE:
                    return httpx.Response(400, json={"error": "invalid_grant"})
                return httpx.Response(200, json={"id_token": self.id_token(), "access_token": "an access token"})
            case _:
                return httpx.Response(200, json=self.user_info)

    def asked_for(self, path: str) -> list[httpx.Request]:
        return [one for one in self.asked if one.url.path == path]


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def provider(elsewhere: Elsewhere, tmp_path: Path) -> OpenIdProvider:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    return OpenIdProvider(
        httpx.AsyncClient(transport=httpx.MockTransport(elsewhere)),
        issuer=ISSUER,
        client_id=CLIENT,
        secret_file=secret,
        scopes="openid email",
        name="Example",
        address="https://portal.example",
    )


async def test_somebody_is_sent_to_the_provider_with_state_nonce_and_a_challenge(provider: OpenIdProvider) -> None:
    address = urlsplit(await provider.way_in(ATTEMPT))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}

    digest = hashlib.sha256(ATTEMPT.verifier.encode()).digest()
    assert (address.netloc, asked["tenant"], asked["response_type"]) == ("id.example", "1", "code")
    assert (asked["state"], asked["nonce"]) == (ATTEMPT.state, ATTEMPT.nonce)
    assert base64.urlsafe_b64decode(asked["code_challenge"] + "=") == digest
    assert asked["redirect_uri"] == "https://portal.example/sign-in/openid/answer"


def test_an_attempt_fits_the_browser_that_made_it_and_no_other() -> None:
    values = {ATTEMPT.state, ATTEMPT.nonce, ATTEMPT.verifier}
    others = (Attempt(ATTEMPT.secret, "another cookie"), Attempt("another secret", ATTEMPT.visitor))

    assert len(values) == 3
    assert all(not values & {one.state, one.nonce, one.verifier} for one in others)
    assert Attempt.new("cookie").secret != Attempt.new("cookie").secret


async def test_an_identity_is_what_the_token_and_the_user_info_say(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    assert await provider.identity(ATTEMPT, CODE) == Identity(ISSUER, "7", "ada@example.net", "")

    (asked,) = elsewhere.asked_for("/token")
    user, _, password = base64.b64decode(asked.headers["authorization"].split()[1]).decode().partition(":")
    assert (user, password) == ("portal%3A1", "a%20secret%2Fwith%2Bsigns")
    assert dict(parse_qsl(asked.content.decode()))["code_verifier"] == ATTEMPT.verifier


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    elsewhere.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await provider.identity(ATTEMPT, CODE)

    (asked,) = elsewhere.asked_for("/token")
    assert "authorization" not in asked.headers
    assert dict(parse_qsl(asked.content.decode()))["client_secret"] == SECRET


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"iss": "https://evil.example"},
        {"exp": FromNow(-LEEWAY_SECONDS - 1)},
        {"exp": None},
        {"iat": FromNow(3600)},
        {"at_hash": left_half("another access token")},
        {"sub": None},
    ],
)
async def test_a_token_that_is_not_for_this_attempt_opens_nothing(
    provider: OpenIdProvider, elsewhere: Elsewhere, claims: dict[str, Any]
) -> None:
    elsewhere.claims = claims
    with pytest.raises(NotVouched):
        await provider.identity(ATTEMPT, CODE)


@pytest.mark.parametrize(
    "claims", [{}, {"at_hash": left_half("an access token")}, {"aud": [CLIENT]}, {"aud": [CLIENT, "b"], "azp": CLIENT}]
)
async def test_a_token_of_this_attempt_is_believed(
    provider: OpenIdProvider, elsewhere: Elsewhere, claims: dict[str, Any]
) -> None:
    elsewhere.claims = claims
    assert (await provider.identity(ATTEMPT, CODE)).subject == "7"


async def test_a_token_of_another_key_by_a_shared_secret_or_unsigned_opens_nothing(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    for key, algorithm in ((SECOND, "RS256"), (secrets.token_hex(32), "HS256"), ("", "none"), (CURVE, "ES256")):
        elsewhere.key, elsewhere.algorithm = key, algorithm
        with pytest.raises(NotVouched):
            await provider.identity(ATTEMPT, CODE)


async def test_a_key_that_was_rotated_is_found_and_a_known_one_is_not_asked_for_again(
    provider: OpenIdProvider, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "AGAIN_SECONDS", 0.0)
    for _ in range(3):
        await provider.identity(ATTEMPT, CODE)
    assert (len(elsewhere.asked_for("/keys")), len(elsewhere.asked_for("/.well-known/openid-configuration"))) == (1, 1)

    elsewhere.key, elsewhere.algorithm, elsewhere.kid = CURVE, "ES256", "two"
    elsewhere.published = [elsewhere.public(CURVE, "two")]
    assert (await provider.identity(ATTEMPT, CODE)).subject == "7"
    elsewhere.key, elsewhere.algorithm, elsewhere.kid = FIRST, "RS256", "one"
    with pytest.raises(NotVouched, match="0 keys"):
        await provider.identity(ATTEMPT, CODE)


async def test_tokens_of_unknown_keys_do_not_let_the_portal_ask_the_provider_for_each(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    elsewhere.key, elsewhere.kid = SECOND, "unknown"
    for _ in range(50):
        with pytest.raises(NotVouched):
            await provider.ended(elsewhere.logout_token())

    assert len(elsewhere.asked_for("/keys")) <= 2


@pytest.mark.parametrize(
    ("claims", "session"),
    [
        ({}, ("7", "s")),
        ({"sid": None}, ("7", "")),
        ({"sub": None}, ("", "s")),
        ({"exp": FromNow(3600), "aud": [CLIENT], "events": {LOGOUT: {}, "another": {}}}, ("7", "s")),
    ],
)
async def test_a_logout_token_says_whose_session_has_ended(
    provider: OpenIdProvider, elsewhere: Elsewhere, claims: dict[str, Any], session: tuple[str, str]
) -> None:
    ended = await provider.ended(elsewhere.logout_token(**claims))

    assert ended == Ended(ProviderSession(ISSUER, *session), "1")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": None},
        {"iat": None},
        {"iat": "yesterday"},
        {"iat": FromNow(3600)},
        {"iat": FromNow(-int(LOGOUT_LIFE.total_seconds()) - 60)},
        {"exp": None},
        {"exp": FromNow(-LEEWAY_SECONDS - 1)},
        {"jti": None},
        {"jti": ""},
        {"events": None},
        {"events": {}},
        {"events": [LOGOUT]},
        {"events": {LOGOUT: True}},
        {"events": {"http://schemas.openid.net/event/another": {}}},
        {"nonce": ATTEMPT.nonce},
        {"nonce": ""},
        {"sub": None, "sid": None},
        {"sub": "", "sid": ""},
        {"sub": 7},
        {"sid": "s" * 256},
        {"sid": "s\0"},
    ],
    ids=str,
)
async def test_what_is_no_logout_token_for_the_portal_of_this_moment_ends_nothing(
    provider: OpenIdProvider, elsewhere: Elsewhere, claims: dict[str, Any]
) -> None:
    with pytest.raises(NotVouched):
        await provider.ended(elsewhere.logout_token(**claims))


async def test_a_token_of_another_type_or_another_key_ends_nothing_and_a_logout_token_opens_nothing(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    others = [elsewhere.id_token(), elsewhere.signed({}, typ="logout+jwt"), "", "a.b.c", "\N{SNOWMAN}"]
    others.append(jwt.encode(jwt.decode(elsewhere.logout_token(), options={"verify_signature": False}), "", "none"))
    said = jwt.decode(elsewhere.logout_token(), options={"verify_signature": False})
    others.append(elsewhere.signed(said, typ="at+jwt"))
    elsewhere.key = SECOND
    others.append(elsewhere.logout_token())
    for one in others:
        with pytest.raises(NotVouched):
            await provider.ended(one)

    elsewhere.key, elsewhere.claims = FIRST, {"nonce": None, "events": {LOGOUT: {}}, "jti": "1"}
    with pytest.raises(NotVouched):
        await provider.identity(ATTEMPT, CODE)


async def test_a_code_that_the_provider_does_not_take_opens_nothing(provider: OpenIdProvider) -> None:
    with pytest.raises(NotVouched):
        await provider.identity(ATTEMPT, "a guess")


@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "a@b.example, c@d.example"},
        {"email": None},
    ],
)
async def test_an_address_that_the_provider_has_not_verified_is_none(
    provider: OpenIdProvider, elsewhere: Elsewhere, said: dict[str, Any]
) -> None:
    elsewhere.user_info |= said
    assert (await provider.identity(ATTEMPT, CODE)).email == ""


async def test_user_info_of_somebody_else_opens_nothing(provider: OpenIdProvider, elsewhere: Elsewhere) -> None:
    elsewhere.user_info["sub"] = "8"
    with pytest.raises(NotVouched):
        await provider.identity(ATTEMPT, CODE)


async def test_what_is_away_too_big_or_called_otherwise_is_trouble(
    provider: OpenIdProvider, elsewhere: Elsewhere
) -> None:
    for described in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": None},
        {"more": "x" * MOST_BYTES},
    ):
        elsewhere.described = described
        with pytest.raises(Trouble):
            await provider.way_in(ATTEMPT)
    elsewhere.described, elsewhere.is_away = {}, True
    with pytest.raises(Trouble, match="away"):
        await provider.way_in(ATTEMPT)


def test_a_provider_is_named_whole_and_speaks_tls() -> None:
    known: dict[str, Any] = {
        "admin_port": 0,
        "database_url": "postgresql://portal@127.0.0.1/portal",
        "portal_port": 0,
        **dict.fromkeys(("portal_url", "ledger_url", "rma_url", "audio_url"), "http://127.0.0.1"),
        **dict.fromkeys(("token_key_file", "second_factor_key_file", "htmx_file"), "/nowhere"),
        "token_issuer": "portal",
    }
    whole: dict[str, Any] = {
        "openid_issuer": ISSUER,
        "openid_client_id": CLIENT,
        "openid_client_secret_file": "/nowhere",
    }

    assert PortalSettings(**known).openid_issuer is None
    assert PortalSettings(**known, **whole).openid_issuer == ISSUER
    wrong: list[dict[str, Any]] = [{**whole, "openid_client_id": None}, {**whole, "openid_issuer": "http://id.example"}]
    wrong.append({**whole, "openid_scopes": "email"})
    for one in wrong:
        with pytest.raises(ValidationError):
            PortalSettings(**known, **one)
