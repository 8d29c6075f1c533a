"""Records by somebody who may write every topic: spoiled copies of what lies there, and what never was a record."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from contracts.topics import MAX_RECORD_BYTES
from runtime.kafka import Headers, Record

HUGE_BYTES = MAX_RECORD_BYTES + 1
Made: TypeAlias = "Junk | None"


@dataclass(frozen=True, slots=True)
class Junk:
    key: bytes
    value: bytes | None
    headers: Headers


def _copy(one: Record, *, value: bytes | None) -> Junk:
    return Junk(one.key or b"", value, one.headers)


def again(_: random.Random, one: Record, __: Record) -> Junk:
    """Behind others that it was in front of."""
    return _copy(one, value=one.value)


def cut_off(dice: random.Random, one: Record, _: Record) -> Junk:
    value = one.value or b"{}"
    return _copy(one, value=value[: dice.randrange(len(value) or 1)])


def with_a_bit_flipped(dice: random.Random, one: Record, _: Record) -> Junk:
    value = bytearray(one.value or b"\0")
    value[dice.randrange(len(value) or 1)] ^= 1 << dice.randrange(8)
    return _copy(one, value=bytes(value))


def with_another_number(dice: random.Random, one: Record, _: Record) -> Made:
    """Well formed, and says what nobody said; None where it is no JSON."""
    said = _json(one)
    places = list(_numbers(said))
    if not places:
        return None
    inside, name = dice.choice(places)
    inside[name] += dice.choice((-1, 1, 9_999))
    return _copy(one, value=json.dumps(said, separators=(",", ":")).encode())


def by_another(_: random.Random, one: Record, other: Record) -> Made:
    """Well formed, with the actor and the headers of another; None where either is no JSON object."""
    said, theirs = _json(one), _json(other)
    if not isinstance(said, dict) or not isinstance(theirs, dict):
        return None
    said |= {name: theirs[name] for name in ("actor", "reply_to") if name in theirs}
    return Junk(one.key or b"", json.dumps(said, separators=(",", ":")).encode(), other.headers)


def tombstone(_: random.Random, one: Record, __: Record) -> Junk:
    return _copy(one, value=None)


def under_another_key(_: random.Random, one: Record, other: Record) -> Junk:
    return Junk(other.key or b"", one.value, one.headers)


def with_headers_of_another(_: random.Random, one: Record, other: Record) -> Junk:
    return Junk(one.key or b"", one.value, other.headers)


def without_headers(_: random.Random, one: Record, __: Record) -> Junk:
    return Junk(one.key or b"", one.value, ())


def with_headers_twice(_: random.Random, one: Record, __: Record) -> Junk:
    return Junk(one.key or b"", one.value, (*one.headers, *one.headers))


def noise(dice: random.Random, one: Record, _: Record) -> Junk:
    return Junk(one.key or b"", dice.randbytes(dice.randrange(300)), ((dice.choice(("sequence", "?")), b"\xff"),))


def huge() -> Junk:
    """Larger than any record of ours, and nested deeper than any reader goes."""
    return Junk(b"0", b"[" * HUGE_BYTES, ())


Maker: TypeAlias = Callable[[random.Random, Record, Record], Made]
MAKERS: tuple[Maker, ...] = (
    again,
    by_another,
    cut_off,
    noise,
    tombstone,
    under_another_key,
    with_a_bit_flipped,
    with_another_number,
    with_headers_of_another,
    with_headers_twice,
    without_headers,
)


def _json(record: Record) -> Any:
    """What the record says, or None where that is no JSON."""
    try:
        return json.loads(record.value or b"")
    except (ValueError, RecursionError):
        return None


def _numbers(said: Any) -> Any:
    """Each number of a JSON value as the container and its name or place there."""
    pairs: Any = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, value in pairs:
        if isinstance(value, int) and not isinstance(value, bool):
            yield said, name
        else:
            yield from _numbers(value)
