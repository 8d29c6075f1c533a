"""The headers of a request as RFC 9110 reads them: one line for each name."""

import re
from collections.abc import Sequence

from runtime.web.problems import Refused

Header = tuple[bytes, bytes]

SINGLE = frozenset(
    {
        *(b"authorization", b"content-length", b"content-type", b"host", b"idempotency-key"),
        *(b"if-modified-since", b"traceparent", b"user-agent", b"x-correlation-id"),
    }
)
"""Headers that are no lists: of two of them nobody can say which one counts."""
_HOST = re.compile(rb"([A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?")


def read_head(headers: Sequence[Header], *, http_version: str) -> list[Header]:
    """The headers with the lines of each list joined (RFC 9110, 5.3); raises Refused."""
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in joined and name in SINGLE:
            raise Refused("request_malformed", f"The header {name.decode().title()} stands twice.")
        joined[name] = joined[name] + b", " + value if name in joined else value
    _check_host(joined.get(b"host"), http_version)
    return list(joined.items())


def _check_host(host: bytes | None, http_version: str) -> None:
    """RFC 9112, section 3.2: HTTP/1.1 names its host."""
    if host is None and http_version == "1.1":
        raise Refused("request_malformed", "The request has no header Host.")
    if host is not None and not _HOST.fullmatch(host):
        raise Refused("request_malformed", "The header Host names no host.")
