"""A throw-away issuer of tokens."""

import json
import secrets
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from runtime.tokens import Tokens, read_jwks
from tests.support.ledger.story import ADRIA, ANNA

ISSUER, AUDIENCE, KID = "urn:test:issuer", "licensing-ledger-api", "k1"


class Issuer:
    """Mints tokens; every claim and header can be another one."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.jwk = {**OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": KID}

    def token(
        self,
        account: str = ANNA,
        company: str = ADRIA,
        *,
        key: Any = None,
        headers: dict[str, Any] | None = None,
        algorithm: str = "EdDSA",
        **claims: Any,
    ) -> str:
        now = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "iat": now - 60, "exp": now + 600, "sub": account, "company": company}
        said |= {"jti": secrets.token_hex(8)}
        wanted = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode(wanted, key or self.key, algorithm=algorithm, headers={"kid": KID} | (headers or {}))

    def tokens(self) -> Tokens:
        keys = read_jwks(self.jwks())
        return Tokens(keys.get, issuer=ISSUER, audience=AUDIENCE)

    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk]})
