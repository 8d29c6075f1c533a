"""Which form of a response a client wants: the header Accept (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Mapping
from typing import TypeVar

F = TypeVar("F", bound=str)

_QUALITY = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", re.IGNORECASE)


def negotiate(accept: str, media_types: Mapping[F, str]) -> F | None:
    """The form with the highest quality, and of several the one named first; None if none will do.

    Without Accept, and for a client that takes everything alike, the first of `media_types`.
    """
    ranges = _ranges(accept)
    if not ranges:
        return next(iter(media_types))
    order = list(ranges)
    qualities = {form: _quality(kind, ranges) for form, kind in media_types.items()}
    fitting = [form for form in qualities if qualities[form] > 0]
    return min(fitting, key=lambda form: (-qualities[form], _place(media_types[form], order)), default=None)


def _ranges(accept: str) -> dict[str, float]:
    """The media ranges of the header with their qualities, in its order; what has no readable quality has 1."""
    found: dict[str, float] = {}
    for one in accept.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        qualities = (match[1] for part in parameters if (match := _QUALITY.fullmatch(part)))
        if name:
            found[name] = float(next(qualities, "1"))
    return found


def _matching(media_type: str) -> tuple[str, str, str]:
    """The ranges that a type is in; the narrowest counts."""
    return media_type, f"{media_type.partition('/')[0]}/*", "*/*"


def _quality(media_type: str, ranges: dict[str, float]) -> float:
    return next((ranges[one] for one in _matching(media_type) if one in ranges), 0.0)


def _place(media_type: str, order: list[str]) -> int:
    return next(order.index(one) for one in _matching(media_type) if one in order)
