"""Tokens of the portal, as the services verify them while keys are rotated."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt import PyJWK
from jwt.algorithms import OKPAlgorithm

from contracts.identifiers import derived_id
from portal.adapters.issuer import LIFE_SECONDS, SigningKey, TokenIssuer
from runtime.settings import SettingsWrong
from runtime.tokens import BadCredentials, KeyFile, Tokens

ACCOUNT, COMPANY = derived_id("a", "account"), derived_id("a", "company")
PORTAL, PROGRAMS, AUDIENCE = "https://portal.example", "https://programs.example", "licensing-ledger-api"
OLD, NEW = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


class Rotation:
    """The portal, and a service that believes what stands in its key file."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime.now(UTC)
        self.signing, self._believed = folder / "portal.pem", folder / "token-keys.json"
        self.sign_with(OLD)
        self.issuer = TokenIssuer(self.signing, issuer=PORTAL, audience=AUDIENCE, clock=lambda: self.now)
        self.believe()
        self._tokens = Tokens(KeyFile(self._believed).key, issuer=PROGRAMS, audience=AUDIENCE)

    def sign_with(self, *keys: Ed25519PrivateKey) -> None:
        replace(self.signing, b"".join(map(pem, keys)))

    def believe(self) -> None:
        """Take over what the portal publishes now."""
        replace(self._believed, json.dumps(self.issuer.jwks()).encode())

    def believes(self, token: str) -> bool:
        try:
            return self._tokens.verified(token, now=self.now).account == ACCOUNT
        except BadCredentials:
            return False

    def token(self) -> str:
        return self.issuer.token(ACCOUNT, COMPANY)


def pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def replace(file: Path, content: bytes) -> None:
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)


@pytest.fixture
def rotation(tmp_path: Path) -> Rotation:
    return Rotation(tmp_path)


def kids(rotation: Rotation) -> Sequence[str]:
    return [key["kid"] for key in rotation.issuer.jwks()["keys"]]


def test_a_key_is_rotated_without_a_gap_and_the_old_one_opens_nothing_afterwards(rotation: Rotation) -> None:
    first = rotation.token()

    rotation.sign_with(OLD, NEW)
    assert rotation.believes(rotation.token()), "nobody has taken the new key over yet, and it does not sign"
    rotation.believe()
    rotation.sign_with(NEW, OLD)
    assert rotation.believes(rotation.token())
    assert rotation.believes(first)

    rotation.sign_with(NEW)
    rotation.believe()
    assert kids(rotation) == [SigningKey.of(NEW).kid]
    assert rotation.believes(rotation.token())
    assert not rotation.believes(first)


def test_a_token_ends_within_a_minute(rotation: Rotation) -> None:
    token = rotation.token()
    rotation.now += timedelta(seconds=LIFE_SECONDS + 5)

    assert LIFE_SECONDS <= 60
    assert not rotation.believes(token)


def test_no_token_for_a_program_is_without_a_scope(rotation: Rotation) -> None:
    """It would have all rights of the account."""
    with pytest.raises(ValueError, match="all rights"):
        rotation.issuer.token_for_program(ACCOUNT, COMPANY, client_id="tok_0", scopes=frozenset())
    token = rotation.issuer.token_for_program(ACCOUNT, COMPANY, client_id="tok_0", scopes=frozenset({"licenses:read"}))
    assert rotation.believes(token)


def test_what_is_published_is_public_and_named_by_its_thumbprint(rotation: Rotation) -> None:
    (key,) = rotation.issuer.jwks()["keys"]

    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg", "iss"}
    assert (key["iss"], key["use"], key["alg"]) == (PORTAL, "sig", "EdDSA")
    assert PyJWK(key).key.public_bytes_raw() == OLD.public_key().public_bytes_raw()


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    """RFC 8037, appendix A.3."""
    private = OKPAlgorithm.from_jwk(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
    )
    assert isinstance(private, Ed25519PrivateKey)

    assert SigningKey.of(private).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("content", [b"", b"no key", pem(X25519PrivateKey.generate()), pem(OLD)[:60] + pem(NEW)])
def test_a_file_that_is_wrong_stops_the_start_and_later_changes_nothing(rotation: Rotation, content: bytes) -> None:
    before = kids(rotation)
    replace(rotation.signing, content)

    assert kids(rotation) == before
    assert rotation.believes(rotation.token())
    with pytest.raises(SettingsWrong):
        TokenIssuer(rotation.signing, issuer=PORTAL, audience=AUDIENCE, clock=lambda: rotation.now)


def test_a_key_that_is_bound_to_one_issuer_speaks_for_no_other(tmp_path: Path) -> None:
    rotation = Rotation(tmp_path)
    as_programs = TokenIssuer(tmp_path / "portal.pem", issuer=PROGRAMS, audience=AUDIENCE, clock=lambda: rotation.now)

    assert rotation.believes(rotation.token())
    assert not rotation.believes(as_programs.token(ACCOUNT, COMPANY))
