"""JSON in which no object has a member twice: RFC 8259 leaves open which of the two is valid."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from runtime.web.problems import Refused

MAX_SHOWN = 40
"""Characters of a member's name in the refusal."""


def loads(text: bytes) -> Any:
    """The value of a JSON text; raises Refused for a repeated member, and for what is no JSON."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused("request_invalid", "This is no JSON.") from None


def _once(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        ((repeated, _),) = Counter(name for name, _ in members).most_common(1)
        raise Refused("request_invalid", f'The member "{repeated[:MAX_SHOWN]}" stands twice in one object.')
    return value
