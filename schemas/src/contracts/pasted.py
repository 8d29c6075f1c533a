"""Codes as people paste them: what mail, word processors and PDF make of blanks, hyphens and digits is undone."""

import unicodedata
from collections.abc import Iterator

_SEPARATING = frozenset({"Zs", "Zl", "Zp", "Cf", "Pd"})
"""Unicode categories of blanks, line ends, what nobody sees (soft hyphen, zero width, byte order mark), and dashes."""
_MINUS = frozenset("\u2212\u2043")
"""Minus and hyphen bullet, which are no dashes to Unicode."""


def symbols(typed: str, separators: str = "") -> Iterator[tuple[int, str]]:
    """The symbols of a code, each with its place in what was typed, from 1; fullwidth forms are the usual ones."""
    for place, character in enumerate(typed, 1):
        for symbol in unicodedata.normalize("NFKC", character):
            if not (_separates(symbol) or symbol in separators):
                yield place, symbol


def plain(typed: str, separators: str = "") -> str:
    """The symbols in one word."""
    return "".join(symbol for _, symbol in symbols(typed, separators))


def _separates(symbol: str) -> bool:
    return symbol.isspace() or symbol in _MINUS or unicodedata.category(symbol) in _SEPARATING
