"""Scopes of tokens (RFC 6749, section 3.3): what a program may do with an API token of a person.

A scope is a part of the APIs and a way of using it, such as `licenses:read`. A token with at least one of these scopes
may do what they say and the person may; one without any may do all that the person may.
"""

from typing import Literal

Area = Literal["licenses", "repairs", "audio"]
"""The part of the APIs that a service offers."""
AREAS: tuple[Area, ...] = ("licenses", "repairs", "audio")
SCOPES = frozenset(f"{area}:{way}" for area in AREAS for way in ("read", "write"))
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, section 9.2.1), for which `read` is enough."""


def needed(area: Area, method: str) -> str:
    """The scope for a request with this HTTP method."""
    return f"{area}:{'read' if method in SAFE_METHODS else 'write'}"


def known(said: str) -> frozenset[str]:
    """Our scopes among those of a `scope` claim, which are separated by spaces; issuers have others beside them."""
    return SCOPES.intersection(said.split(" "))


def permits(held: frozenset[str], scope: str) -> bool:
    """Whether a token with these scopes of ours may do what `scope` says; one that has none is not bounded by any."""
    return not held or scope in held
