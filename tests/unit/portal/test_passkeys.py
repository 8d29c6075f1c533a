"""What the portal believes of a passkey, shown by an authenticator of a few lines."""

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.passkeys import WebAuthn
from portal.application.accounts import Account
from portal.application.passkeys import Passkey, PasskeyRefused

ORIGIN, CHALLENGE, CREDENTIAL = "https://portal.example", b"a challenge of ours.", b"credential"
ACCOUNT = Account("02ea791d-c78f-5646-b222-b7edf4209a4a", "ada@example.net", "Ada", "en")
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
WEB = WebAuthn(host="portal.example", origin=ORIGIN, name="Licensing")


@dataclass
class Authenticator:
    """Makes and shows one passkey (Web Authentication, level 3, section 6); each field is something to do wrong."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    host: str = "portal.example"
    origin: str = ORIGIN
    challenge: bytes = CHALLENGE
    flags: int = PRESENT | VERIFIED
    count: int = 7
    handle: str = ACCOUNT.account

    def made(self) -> str:
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(CREDENTIAL).to_bytes(2, "big") + CREDENTIAL + cose
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = {"clientDataJSON": b64(self.client("webauthn.create")), "attestationObject": b64(attestation)}
        return answer(said)

    def shown(self) -> str:
        data, client = self._data(self.flags), self.client("webauthn.get")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return answer({name: b64(value) for name, value in said.items()} | {"userHandle": b64(self.handle.encode())})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def client(self, kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": b64(self.challenge), "origin": self.origin}).encode()


def answer(response: dict[str, Any]) -> str:
    said = {"id": b64(CREDENTIAL), "rawId": b64(CREDENTIAL), "type": "public-key", "response": response}
    return json.dumps(said)


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def kept(authenticator: Authenticator, count: int = 0) -> Passkey:
    made = WEB.made(authenticator.made(), CHALLENGE)
    return Passkey(made.credential, ACCOUNT.account, made.public_key, count, "Laptop", datetime.now(UTC), None)


def test_a_passkey_is_made_and_shown() -> None:
    authenticator = Authenticator()
    passkey = kept(authenticator)
    shown = WEB.shown(authenticator.shown())

    assert (shown.credential, shown.account) == (CREDENTIAL, ACCOUNT.account)
    assert WEB.verified(shown, CHALLENGE, passkey) == 7


WRONG: list[dict[str, Any]] = [
    {"challenge": b"of another browser"},
    {"origin": "https://evil.example"},
    {"host": "evil.example"},
    {"flags": PRESENT},
    {"flags": VERIFIED},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_was_made_elsewhere_for_another_challenge_or_by_somebody_unverified_is_refused(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(PasskeyRefused):
        WEB.made(Authenticator(**wrong).made(), CHALLENGE)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_shown_elsewhere_for_another_challenge_or_by_somebody_unverified_is_refused(
    wrong: dict[str, Any],
) -> None:
    right = Authenticator()
    with pytest.raises(PasskeyRefused):
        WEB.verified(WEB.shown(Authenticator(key=right.key, **wrong).shown()), CHALLENGE, kept(right))


def test_another_key_or_a_count_that_does_not_grow_is_refused() -> None:
    right = Authenticator()
    for shown, passkey in ((Authenticator(), kept(right)), (right, kept(right, 7)), (right, kept(right, 8))):
        with pytest.raises(PasskeyRefused):
            WEB.verified(WEB.shown(shown.shown()), CHALLENGE, passkey)


def test_options_ask_for_a_passkey_that_is_found_without_a_name_and_verifies_its_owner() -> None:
    to_make = json.loads(WEB.to_make(ACCOUNT, CHALLENGE, [CREDENTIAL]))
    to_show = json.loads(WEB.to_show(CHALLENGE, []))

    wanted = to_make["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert [one["id"] for one in to_make["excludeCredentials"]] == [b64(CREDENTIAL)]
    assert (to_show["userVerification"], to_show["rpId"]) == ("required", "portal.example")


PIECES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just(b64(CREDENTIAL)))
ANSWERS = st.dictionaries(
    st.sampled_from(["id", "rawId", "type", "response", "authenticatorAttachment"]),
    st.one_of(
        PIECES,
        st.just("public-key"),
        st.dictionaries(
            st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]),
            PIECES,
        ),
    ),
)


@given(st.one_of(ANSWERS.map(json.dumps), st.text(max_size=50)))
def test_an_answer_may_be_anything(said: str) -> None:
    for read in (lambda: WEB.made(said, CHALLENGE), lambda: WEB.shown(said)):
        with suppress(PasskeyRefused):
            read()


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda data: cbor2.dumps({"authData": data}))))
def test_what_an_authenticator_says_may_be_anything(said: bytes) -> None:
    client = Authenticator().client("webauthn.create")
    with pytest.raises(PasskeyRefused):
        WEB.made(answer({"clientDataJSON": b64(client), "attestationObject": b64(said)}), CHALLENGE)
    client = Authenticator().client("webauthn.get")
    shown = answer({"clientDataJSON": b64(client), "authenticatorData": b64(said), "signature": b64(said)})
    with pytest.raises(PasskeyRefused):
        WEB.verified(WEB.shown(shown), CHALLENGE, KEPT)


KEPT = kept(Authenticator())
