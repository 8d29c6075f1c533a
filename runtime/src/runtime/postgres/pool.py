"""How PostgreSQL is reached."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg

from runtime.password_file import Password

CONNECT_SECONDS = 5
"""A database that takes longer to accept a connection counts as away."""
STATEMENT_SECONDS = 10.0
"""Longest statement of a query; a batch of a projector has its own bound."""
_PLANS = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""A query is planned for the viewer at hand: one plan for all of them could use no index for a condition on some.

Compiling costs a tenth of a second before the first row, and these queries walk indexes more than they calculate.
"""


@dataclass(frozen=True, slots=True)
class Database:
    """The URL without a password, which is asked for at each connection."""

    url: str
    password: Password | None = field(default=None, repr=False)


Address: TypeAlias = str | Database
"""Where a database is; an URL alone may hold a password."""


def open_pool(
    address: Address,
    *,
    schema: str,
    most: int,
    statement_seconds: float = STATEMENT_SECONDS,
    connection_class: type[Any] = asyncpg.Connection,
) -> Any:
    """A pool of at most `most` connections, not connected yet: entering it makes it ready, using it connects.

    Whoever takes a connection leaves no setting, lock, listener or table of the session behind: nothing is put back.
    """
    return asyncpg.create_pool(
        **_named(address),
        min_size=0,
        max_size=most,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_seconds,
        connection_class=connection_class,
        server_settings={"application_name": "licensing", "search_path": schema, **_PLANS},
        reset=_nothing_to_put_back,
    )


async def connect(address: Address) -> Any:
    """One connection of its own."""
    return await asyncpg.connect(**_named(address), timeout=CONNECT_SECONDS)


def _named(address: Address) -> dict[str, Any]:
    known = Database(address) if isinstance(address, str) else address
    return {"dsn": known.url, "password": known.password}


async def _nothing_to_put_back(_: Any) -> None:
    """What is open is rolled back all the same; asyncpg's own RESET ALL and more is a round trip each time."""
