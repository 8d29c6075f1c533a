"""When two names are the same: for the writer, which refuses the second one, and for whoever searches by a name."""

import unicodedata


def comparable_name(name: str) -> str:
    """Two names are the same if a person would read them as the same: case, composition and blanks do not count."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


def comparable_beginning(name: str) -> str:
    """What names begin with that begin so; a blank at its end stands between two words."""
    return comparable_name(name) + (" " if name[-1:].isspace() else "")
