"""Senders that the writer believes: their keys, tokens and authorities, made once for a session."""

import time
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contracts.actors import Account, Actor, Device, Operator
from contracts.commands import CommandRecord
from contracts.sender_proof import Headers
from contracts.topics import COMMANDS, DEVICE_COMMANDS, OPERATOR_COMMANDS, RMA_COMMANDS, Topic
from runtime.commands import Prover
from tests.support.issuer import AUDIENCE, Issuer
from tests.support.issuer import ISSUER as ISSUER_NAME
from tests.support.vendor import Vendor

TOKEN_SECONDS = 55 * 60
WRITER_KEY = X25519PrivateKey.generate()
PROVER = Prover(WRITER_KEY.public_key())
ISSUER = Issuer()
VENDOR = Vendor()


@cache
def token(account: str, company: str, scope: str | None = None) -> str:
    """The token of an account that tests use again and again, for as long as a token may last."""
    return ISSUER.token(account, company, exp=int(time.time()) + TOKEN_SECONDS, scope=scope)


def topic_of(actor: Actor) -> Topic:
    """Where the commands of such an actor go."""
    match actor:
        case Account():
            return COMMANDS
        case Device():
            return DEVICE_COMMANDS
        case Operator():
            return OPERATOR_COMMANDS
        case _:
            return RMA_COMMANDS


def proof_of(record: CommandRecord, ledger: int = 0) -> Headers:
    """The headers that prove a command; an account's token is of the issuer that all tests share."""
    actor = record.actor
    evidence = token(actor.account, actor.company) if isinstance(actor, Account) else ""
    return PROVER.key_for(evidence).prove(ledger, record.json_bytes())


def public_key_file(folder: Path) -> Path:
    file = folder / "writer-public.pem"
    file.write_bytes(WRITER_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


def verification_settings(folder: Path) -> dict[str, Any]:
    """By which tokens and return documents are verified."""
    (folder / "jwks.json").write_text(ISSUER.jwks())
    (folder / "device-ca.pem").write_bytes(VENDOR.authority.public_bytes(Encoding.PEM))
    (folder / "generation-ca.pem").write_bytes(VENDOR.generations.public_bytes(Encoding.PEM))
    return {
        "token_keys_file": folder / "jwks.json",
        "token_issuer": ISSUER_NAME,
        "token_audience": AUDIENCE,
        "device_ca_file": folder / "device-ca.pem",
        "generation_ca_file": folder / "generation-ca.pem",
    }


def writer_settings(folder: Path) -> dict[str, Any]:
    """What the writer needs to believe these senders."""
    private = folder / "writer-private.pem"
    private.touch(mode=0o600)
    private.write_bytes(WRITER_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return verification_settings(folder) | {"writer_private_key_file": private}
