"""A development issuer of bearer tokens: `python -m simulator.issuer ACCOUNT COMPANY` prints one.

It stands for the issuer of programs that call the APIs; people get their tokens from the portal. The private key stays
under the state folder; the services get the JWKS with the public one.
"""

import argparse
import json
import os
import re
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from contracts.identifiers import UUID_PATTERN
from simulator import STATE

ISSUER = "urn:licensing:development-issuer"
AUDIENCE = "licensing-ledger-api"
KID = "development-1"
LIFE_SECONDS = 900
UUID = re.compile(UUID_PATTERN)


class Issuer:
    """Has one Ed25519 key, made on first use."""

    def __init__(self, state: Path = STATE) -> None:
        self._folder = state / "tokens"
        self.key_file = self._folder / "key.pem"
        self.jwks_file = self._folder / "jwks.json"

    def prepare(self) -> Path:
        """Make the key and its JWKS if they are not there; where the JWKS is."""
        if not (self.key_file.exists() and self.jwks_file.exists()):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = Ed25519PrivateKey.generate()
            self._write(self.key_file, _pem(key), 0o600)
            self._write(self.jwks_file, json.dumps({"keys": [_public(key)]}, indent=1).encode(), 0o644)
        return self.jwks_file

    def mint(self, account: str, company: str, *, life_seconds: int = LIFE_SECONDS) -> str:
        """A token for an account that acts for a company."""
        self.prepare()
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + life_seconds,
            "sub": account,
            "company": company,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, self.key_file.read_bytes(), algorithm="EdDSA", headers={"kid": KID})

    @staticmethod
    def _write(path: Path, content: bytes, mode: int) -> None:
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
        new.replace(path)


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(key: Ed25519PrivateKey) -> dict[str, Any]:
    return {**OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KID, "use": "sig", "alg": "EdDSA"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator.issuer", description=__doc__)
    parser.add_argument("account", nargs="?", help="account id; without it only the key and the JWKS are made")
    parser.add_argument("company", nargs="?", help="id of the company that the account acts for")
    parser.add_argument("--life-seconds", type=int, default=LIFE_SECONDS)
    arguments = parser.parse_args()
    strangers = [one for one in (arguments.account, arguments.company) if one and not UUID.fullmatch(one)]
    if strangers:
        print(f"{strangers[0]!r} is no id of an account or a company: those are lower-case UUIDs.", file=sys.stderr)
        return 2
    issuer = Issuer()
    if arguments.account is None:
        print(issuer.prepare())
    elif arguments.company is None:
        parser.error("name the company too")
    else:
        print(issuer.mint(arguments.account, arguments.company, life_seconds=arguments.life_seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
