"""Texts that people write into commands: only characters that a reader can see.

What an entry holds was accepted once and stays readable, so events ask for less: contracts.fields.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from contracts import fields

UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of what nobody sees: controls, joiners and turned directions, private use, line ends."""

BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and a symbol that show nothing: fillers, and Braille without a dot."""


def seen(text: str) -> str:
    """The text; raises ValueError for one that reads otherwise than it is written. No joiners either."""
    if text.isprintable() and BLANK.isdisjoint(text):  # quick: no such category is among the printable
        return text
    for character in text:
        if character in BLANK or unicodedata.category(character) in UNSEEN:
            raise ValueError(f"the character U+{ord(character):04X} can't be seen and is not allowed")
    return text


def shown(text: str) -> str:
    """The text with a mark for each character that nobody sees."""
    return "".join("\ufffd" if one in BLANK or not one.isprintable() else one for one in text)


def _lines_seen(text: str) -> str:
    for line in text.split("\n"):
        seen(line)
    if not text.strip():
        raise ValueError("there is nothing to read")
    return text


ProjectName = Annotated[fields.ProjectName, AfterValidator(seen)]
Reference = Annotated[fields.Reference, AfterValidator(seen)]
FirmwareStated = Annotated[fields.FirmwareStated, AfterValidator(seen)]
Reason = Annotated[
    fields.Reason,
    Field(description="Why, in a sentence. Lies beside the log, and staff can erase it."),
    AfterValidator(seen),
]
Line = Annotated[
    str, Field(pattern=r"^[^\x00-\x1f\x7f\s](?:[^\x00-\x1f\x7f]{0,78}[^\x00-\x1f\x7f\s])?$"), AfterValidator(seen)
]
Paragraphs = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_lines_seen)]
"""What people write at length; it stays out of every log (decision D9)."""
