"""JSON as RFC 8259 asks for between systems: in UTF-8, without what readers understand in different ways."""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from runtime.web.problems import Refused

MAX_SHOWN = 40
"""Characters of a member's name in the refusal."""
MAX_DIGITS = 1000
"""Of a number; no number of ours has 20, and Python reads no number of more than 4300."""
_OTHER_ENCODINGS = {
    b"\x1f\x8b": "The body is compressed; send it as it is.",
    b"\xef\xbb\xbf": "JSON begins without a byte order mark; the body has one.",
    b"\xff\xfe": "JSON is written in UTF-8; the body is in UTF-16 or UTF-32.",
    b"\xfe\xff": "JSON is written in UTF-8; the body is in UTF-16 or UTF-32.",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(text: bytes) -> Any:
    """The value of a JSON text; raises Refused, with the reason and the place, for what is no JSON or is ambiguous."""
    try:
        value = json.loads(
            _decoded(text),
            object_pairs_hook=_once,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_no_number,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refused("request_invalid", f"This is no JSON: {error.msg} at {place}.") from None
    except RecursionError:
        raise Refused("request_invalid", "This is no JSON that can be read: it is nested too deeply.") from None
    if b"\\ud" in text or b"\\uD" in text:
        _refuse_surrogates(value)
    return value


def _decoded(text: bytes) -> str:
    for beginning, sentence in _OTHER_ENCODINGS.items():
        if text.startswith(beginning):
            raise Refused("request_invalid", sentence)
    if b"\0" in text[:4]:
        raise Refused("request_invalid", _OTHER_ENCODINGS[b"\xff\xfe"])
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start + 1} of the body, 0x{text[error.start]:02x}, is none"
        raise Refused("request_invalid", f"JSON is written in UTF-8; {wrong}.") from None


def _once(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        ((repeated, _),) = Counter(name for name, _ in members).most_common(1)
        raise Refused("request_invalid", f'The member "{_shown(repeated)}" stands twice in one object.')
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Refused(
            "request_invalid", f"A number has at most {MAX_DIGITS} digits; {digits[:10]}... has {len(digits)}."
        )
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Refused("request_invalid", f"The number {digits[:MAX_SHOWN]} is too big.")
    return value


def _no_number(name: str) -> Any:
    raise Refused("request_invalid", f"This is no JSON: {name} is no number.")


def _refuse_surrogates(value: Any) -> None:
    """The escape of a surrogate alone is half a character: it can be neither stored nor answered."""
    if found := _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise Refused(
            "request_invalid", f"The escape \\u{ord(found[0]):04x} is half a character; its other half is missing."
        )


def _shown(name: str) -> str:
    return _SURROGATE.sub("\ufffd", name[:MAX_SHOWN])
