"""Activation keys: 16 symbols of Crockford's base32, written XXXX-XXXX-XXXX-XXXX, the last one a check symbol.

The check is a weighted sum over GF(32): it finds every single wrong symbol and every two that changed places.
"""

import hashlib
import hmac

from contracts import pasted

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 16
GROUP = 4
MAX_TYPED_CHARACTERS = 64
"""What a person may type for a key, blanks and hyphens counted."""
MIN_SECRET_BYTES = 32

_DATA_BITS = 5 * (SYMBOLS - 1)
_DOMAIN = b"licensing/activation-key/v1\n"
_MADE_FROM = b"licensing/activation-key-from-command/v1\n"
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1: 2 generates all 31 units, so that no two places weigh the same


class KeyMalformed(ValueError):  # noqa: N818 - states the world
    """No activation key: too short, too long, a symbol that no key has, or the check does not match."""


def make(secret: bytes, command_id: str) -> str:
    """The key that a command issues, in groups of four; the same command always gives the same key."""
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"the secret for activation keys has at least {MIN_SECRET_BYTES} bytes")
    digest = hmac.digest(secret, _MADE_FROM + command_id.encode(), "sha256")
    number = int.from_bytes(digest) >> (8 * len(digest) - _DATA_BITS)
    values = [number >> shift & 31 for shift in range(_DATA_BITS - 5, -1, -5)]
    return grouped("".join(ALPHABET[value] for value in [*values, _check(values)]))


def normalise(typed: str) -> str:
    """The 16 symbols of a key as a person typed or pasted it: case, blanks and hyphens of all kinds do not matter.

    O is 0, I and L are 1.
    """
    if len(typed) > MAX_TYPED_CHARACTERS:
        raise KeyMalformed(f"a key has {SYMBOLS} symbols, this has {len(typed)} characters")
    values = [_value(symbol, place) for place, symbol in pasted.symbols(typed)]
    if len(values) != SYMBOLS:
        raise KeyMalformed(f"a key has {SYMBOLS} symbols, this has {len(values)}")
    if _check(values[:-1]) != values[-1]:
        raise KeyMalformed("the check symbol does not match")
    return "".join(ALPHABET[value] for value in values)


def _value(symbol: str, place: int) -> int:
    known = symbol.upper() if symbol.isascii() else ""
    if known not in _VALUE:
        raise KeyMalformed(f"no key has the symbol {symbol!r}, which is the character at place {place}")
    return _VALUE[known]


def grouped(symbols: str) -> str:
    """XXXX-XXXX-XXXX-XXXX."""
    return "-".join(symbols[start : start + GROUP] for start in range(0, SYMBOLS, GROUP))


def digest(symbols: str) -> str:
    """What the ledger knows a key by."""
    return hashlib.sha256(_DOMAIN + symbols.encode()).hexdigest()


def _check(values: list[int]) -> int:
    """Sum of value times 2^place in GF(32), by Horner's rule; the check symbol itself stands at place 0."""
    total = 0
    for value in values:
        total = _double(total ^ value)
    return total


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
