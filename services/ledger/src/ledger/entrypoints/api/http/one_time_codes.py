"""Codes that work once: activation keys, claim codes and invitations, made from a command's id."""

from typing import NamedTuple, Protocol

from contracts.codes import activation_key
from contracts.codes.code_hint import hint_of
from runtime.web.problems import Refused


class CodeKind(Protocol):
    """A module of contracts.codes; each kind has a domain of its own, so that no code is one of another kind."""

    def make(self, secret: bytes, command_id: str) -> str: ...
    def digest(self, symbols: str) -> str: ...


class OneTimeCode(NamedTuple):
    """A code, which is in one response and nowhere else, and what the ledger keeps of it."""

    code: str
    digest: str
    hint: str


def make_code(kind: CodeKind, secret: bytes, command_id: str) -> OneTimeCode:
    """The code of a command; the same command always gives the same code."""
    code = kind.make(secret, command_id)
    symbols = activation_key.normalise(code)
    digest = kind.digest(symbols)
    return OneTimeCode(code, digest, hint_of(digest))


def symbols_of(typed: str) -> str:
    """The symbols of an activation key that somebody typed; raises Refused."""
    try:
        return activation_key.normalise(typed)
    except activation_key.KeyMalformed as error:
        raise Refused("key_checksum", f"This is no activation key: {error}.") from None
