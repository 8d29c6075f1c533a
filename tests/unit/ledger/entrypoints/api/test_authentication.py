"""Every way in which a token can be wrong is the same 401."""

import base64
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from runtime.tokens import KeyFile, Tokens, read_jwks
from tests.support.issuer import AUDIENCE, ISSUER, KID, Issuer
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.story import ADRIA, ANNA
from tests.support.ledger.who_may import ENDPOINTS


async def test_a_good_token_is_let_in() -> None:
    assert (await Api().get("/v1/companies")).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer x", "Bearer a.b.c"])
async def test_without_a_token_nobody_is_let_in(authorization: str | None) -> None:
    response = await Api().client.get(
        "/v1/companies", headers={"Authorization": authorization} if authorization else {}
    )

    assert problem(response) == (401, "bad_credentials")
    assert response.headers["www-authenticate"] == 'Bearer realm="licensing"'


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "urn:somebody:else"},
        {"aud": "another-service"},
        {"exp": True},
        {"exp": "soon"},
        {"exp": 10**400},
        {"iat": -(10**400)},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": float("nan")},
        {"nbf": -1},
        {"nbf": 10**400},
        {"iat": "now"},
        {"iss": None},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"company": None},
        {"sub": "anna"},
        {"sub": ANNA.upper()},
        {"company": f"{ADRIA}\n"},
        {"company": 7},
        {"scope": ["licenses:read"]},
        {"scope": "licenses:read\tprofile"},
        {"scope": f"licenses:read {'x' * 1024}"},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    api = Api()

    assert problem(await api.get("/v1/companies", token=api.issuer.token(**claims))) == (401, "bad_credentials")


@pytest.mark.parametrize(
    "seconds_from_now",
    [
        {"exp": -60},
        {"iat": 600, "exp": 900},
        {"nbf": 600},
        {"exp": 3700},
        {"exp": -700, "iat": 5},
    ],
    ids=str,
)
async def test_a_token_at_a_wrong_time_or_for_too_long_is_refused(seconds_from_now: dict[str, int]) -> None:
    api, now = Api(), int(time.time())
    claims: dict[str, Any] = {name: now + seconds for name, seconds in seconds_from_now.items()}

    assert problem(await api.get("/v1/companies", token=api.issuer.token(**claims))) == (401, "bad_credentials")


@pytest.mark.parametrize("active", [False, "no", 0, "true"])
async def test_x8_an_account_that_is_not_active_is_refused_everything(active: object) -> None:
    api = Api()
    token = api.issuer.token(active=active)
    assert problem(await api.get("/v1/companies", token=token)) == (403, "account_inactive")
    accepted = await api.post("/v1/invitations/acceptances", {"invitation_code": "x"}, token=token)
    assert problem(accepted) == (403, "account_inactive")
    assert (await api.get("/v1/companies", token=api.issuer.token(active=True))).status_code == 200


async def test_x13_a_token_that_may_only_read_changes_nothing() -> None:
    api = Api()
    head = api.bearer(api.issuer.token(scope="licenses:read repairs:write audio:write"))
    changes = [endpoint.split() for endpoint in ENDPOINTS if not endpoint.startswith("GET ")]

    found = {(method, path): await api.client.request(method, path, headers=head) for method, path in changes}

    assert {problem(answer) for answer in found.values()} == {(403, "scope_missing")}
    assert (await api.client.get("/v1/companies", headers=head)).status_code == 200


async def test_a_token_of_a_foreign_key_is_refused() -> None:
    api = Api()
    foreign = api.issuer.token(key=Ed25519PrivateKey.generate())

    assert problem(await api.get("/v1/companies", token=foreign)) == (401, "bad_credentials")


async def test_a_token_that_names_no_known_key_is_refused() -> None:
    api = Api()
    claims = jwt.decode(api.issuer.token(), options={"verify_signature": False})
    nameless = jwt.encode(claims, api.issuer.key, algorithm="EdDSA")

    assert problem(await api.get("/v1/companies", token=nameless)) == (401, "bad_credentials")
    assert problem(await api.get("/v1/companies", token=api.issuer.token(headers={"kid": "k2"}))) == (
        401,
        "bad_credentials",
    )


@pytest.mark.parametrize("part", [b"[" * 2000, b'{"kid": ' + b"9" * 2000 + b"}", b"{" * 2000, b"\xff", b"7", b"null"])
async def test_a_token_whose_head_is_none_is_refused(part: bytes) -> None:
    head = base64.urlsafe_b64encode(part).rstrip(b"=").decode()

    assert problem(await Api().get("/v1/companies", token=f"{head}.e30.AA")) == (401, "bad_credentials")


async def test_a_token_without_a_signature_is_refused() -> None:
    api = Api()
    claims = jwt.decode(api.issuer.token(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": KID})

    assert problem(await api.get("/v1/companies", token=unsigned)) == (401, "bad_credentials")


async def test_the_public_key_is_no_shared_secret() -> None:
    """The old trick: sign with HMAC and the public key, and hope that the verifier takes the header's word."""
    api = Api()
    claims = jwt.decode(api.issuer.token(), options={"verify_signature": False})
    secret = json.dumps(api.issuer.jwk) + "x" * 32
    forged = jwt.encode(claims, secret, algorithm="HS256", headers={"kid": KID})

    assert problem(await api.get("/v1/companies", token=forged)) == (401, "bad_credentials")


async def test_a_changed_token_is_refused() -> None:
    api = Api()
    head, body, signature = api.issuer.token().split(".")

    changed = f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"

    assert problem(await api.get("/v1/companies", token=changed)) == (401, "bad_credentials")


async def test_a_huge_token_is_refused_unread() -> None:
    assert problem(await Api().get("/v1/companies", token="x" * 5000)) == (401, "bad_credentials")


async def test_unknown_addresses_below_v1_do_not_tell_that_they_are_unknown() -> None:
    assert problem(await Api().client.get("/v1/nothing")) == (401, "bad_credentials")


def test_p256_keys_are_taken_too() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KID}
    tokens = Tokens(read_jwks(json.dumps({"keys": [jwk]})).get, issuer=ISSUER, audience=AUDIENCE)
    token = Issuer().token(key=key, algorithm="ES256")

    assert tokens.caller(f"bearer {token}", now=datetime.now(UTC)).account == ANNA


def test_a_new_key_in_the_file_is_found_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    one, other = Issuer(), Issuer()
    file.write_text(json.dumps({"keys": [one.jwk]}))
    keys = KeyFile(file)
    later = {**other.jwk, "kid": "k2"}

    assert keys.key("k2") is None
    file.write_text(json.dumps({"keys": [one.jwk, later], "more": "so that the time of change differs"}))
    os.utime(file, (time.time() + 5, time.time() + 5))

    assert keys.key("k2") is not None


def test_a_key_that_is_taken_out_of_the_file_counts_no_more(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    stolen, other = Issuer(), Issuer()
    file.write_text(json.dumps({"keys": [stolen.jwk]}))
    keys = KeyFile(file)
    assert keys.key(KID) is not None

    file.write_text(json.dumps({"keys": [{**other.jwk, "kid": "k2"}]}))

    assert keys.key(KID) is None
    assert keys.key("k2") is not None


@pytest.mark.parametrize(
    "content", [None, "", '{"keys": [{', "{}", "[]", '{"keys": [{"kty": "oct", "k": "eA", "kid": "k"}]}']
)
def test_while_the_file_is_away_or_wrong_the_keys_read_last_stay(tmp_path: Path, content: str | None) -> None:
    file, issuer = tmp_path / "jwks.json", Issuer()
    file.write_text(json.dumps({"keys": [issuer.jwk]}))
    keys = KeyFile(file)

    file.unlink() if content is None else file.write_text(content)
    assert keys.key(KID) is not None
    assert keys.key("k2") is None

    file.write_text(json.dumps({"keys": [{**issuer.jwk, "kid": "k2"}]}))
    assert keys.key("k2") is not None


@pytest.mark.parametrize(
    ("jwk", "reason"),
    [
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, "Ed25519 or P-256"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "k"}, "Ed25519 or P-256"),
        ({**OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate().public_key(), as_dict=True)}, "with a kid"),
        ({**OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True), "kid": "k"}, "private part"),
    ],
)
def test_a_key_file_with_an_unfit_key_is_refused_at_start(jwk: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_jwks(json.dumps({"keys": [jwk]}))
