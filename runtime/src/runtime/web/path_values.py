"""Ids in paths and queries, as people write them."""

import re

from fastapi import Path

from contracts import pasted
from contracts.identifiers import SERIAL_PATTERN
from runtime.web.problems import Refused

WRITTEN_SERIAL = r"^[ .:-]*([0-9A-Fa-f][ .:-]*){12}$"
"""A serial as people write it."""
SERIAL_OF_PATH = Path(
    description="A hardware id; case and separators do not matter.",
    examples=["009033010203"],
    json_schema_extra={"pattern": WRITTEN_SERIAL},
)
"""How a description shows it; what does not match is `serial_malformed`."""
_SERIAL = re.compile(SERIAL_PATTERN)
_SEPARATORS = ":."
_PART = re.compile(r"[0-9a-f]{0,12}")
_ANY_SERIAL = re.compile(r"[0-9a-f]{12}")


def serial_of(text: str) -> str:
    """The canonical serial that somebody wrote; raises Refused."""
    plain = _hex_of(text)
    if not _ANY_SERIAL.fullmatch(plain):
        raise Refused("serial_malformed")
    if not _SERIAL.fullmatch(plain):
        raise Refused("serial_wrong_vendor")
    return plain


def part_of_serial(text: str) -> str:
    """Some digits of a serial that somebody wrote; raises Refused."""
    plain = digits_of_serial(text)
    if plain is None:
        raise Refused("serial_malformed")
    return plain


def digits_of_serial(text: str) -> str | None:
    """Some digits of a serial that somebody wrote; None where it can be none."""
    plain = _hex_of(text)
    return plain if _PART.fullmatch(plain) else None


def _hex_of(text: str) -> str:
    """What was written without the separators that people, and what they paste from, put between the digits."""
    plain = pasted.plain(text, _SEPARATORS)
    return plain.lower() if plain.isascii() else plain


def matching(pattern: str, text: str, code: str) -> str:
    """The text, if it has the form that all names of its kind have; what has not is unknown under this code."""
    if not re.fullmatch(pattern.removesuffix("$"), text):
        raise Refused(code)
    return text
