"""Serials as people type them: with separators or without, whole or only the digits that tell one box from another."""

import re

MAKER = "009033"
DIGITS = 12
_OTHER = re.compile(r"[^0-9a-f]")
_ONLY = re.compile(r"[0-9A-Fa-f:.\- ]+")


def beginning(typed: str) -> str:
    """The beginning of a serial; where the maker's digits are left out, they are put before."""
    digits = _OTHER.sub("", typed.lower())[:DIGITS]
    is_of_maker = digits.startswith(MAKER) or MAKER.startswith(digits)
    return digits if is_of_maker or len(digits) > DIGITS - len(MAKER) else MAKER + digits


def whole(typed: str) -> str | None:
    """A serial with all of its digits, else None."""
    digits = beginning(typed)
    return digits if len(digits) == DIGITS else None


def only_serial(typed: str) -> str | None:
    """A whole serial where nothing else was typed: what acts on a device makes none out of a key or a name."""
    is_longer = len(_OTHER.sub("", typed.lower())) > DIGITS
    return whole(typed) if _ONLY.fullmatch(typed) and not is_longer else None
