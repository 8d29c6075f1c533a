"""API tokens: a client id and a secret, by which a program gets short-lived tokens (RFC 6749, section 4.4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.scopes import SCOPES

CLIENT_ID = re.compile(r"tok_[0-9a-f]{16}")
SECRET_PREFIX = "lic_"  # noqa: S105 - tells secret scanners what they have found
LIVES_DAYS = (30, 90, 365)
"""How long an API token may live; none lives for good."""
MOST_TOKENS = 20
"""Of one account that are alive: a person has a handful of programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What is known of an API token. It acts for one company, as its account may there, within its scopes."""

    client_id: str
    account: str
    company: str
    name: str
    scopes: frozenset[str]
    made: datetime
    expires: datetime
    used: datetime | None = None
    ended: datetime | None = None

    def state(self, now: datetime) -> Literal["alive", "expired", "ended"]:
        if self.ended is not None:
            return "ended"
        return "expired" if self.expires <= now else "alive"


def granted(held: Iterable[str], wanted: frozenset[str] | None) -> frozenset[str]:
    """The scopes that a program gets: all that its API token holds, or those of them that it asks for.

    Nothing where it asks for more than it holds, or where no scope that is held is known any more: a token without a
    scope of ours would have all rights of the person.
    """
    has = SCOPES.intersection(held)
    if wanted is None:
        return has
    return wanted if wanted <= has else frozenset()
