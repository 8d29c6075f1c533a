"""PostgreSQL: how to reach it, and the migrations of the read side."""

import hashlib
from importlib.resources import files
from typing import Any

import asyncpg

SCHEMA = "ledger"
CONNECT_SECONDS = 5
"""A database that takes longer to accept a connection counts as away."""
STATEMENT_SECONDS = 10.0
"""Longest statement of a query; a batch of the projector has its own bound."""
_PLANS = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""A query is planned for the viewer at hand: one plan for all of them could use no index for a condition on some.

Compiling costs a tenth of a second before the first row, and these queries walk indexes more than they calculate.
"""
MIGRATION_LOCK = 0x1ED6E7
"""Advisory lock: two processes that start together migrate one after the other."""


class MigrationChanged(Exception):  # noqa: N818 - states the world
    """A migration that was applied has been edited since; write a new one, or rebuild."""


def pool(url: str, *, most: int, statement_seconds: float = STATEMENT_SECONDS) -> Any:
    """A pool of at most `most` connections, not connected yet: entering it makes it ready, using it connects."""
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=most,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_seconds,
        server_settings={"application_name": "licensing", "search_path": SCHEMA, **_PLANS},
    )


async def migrate(connection: Any) -> list[str]:
    """Bring the tables up to date in one transaction; the names of what was applied now. The schema is there.

    Rows that older tables held are thrown away when anything is: they follow from the log, and new columns do too.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        await connection.execute(
            f"CREATE TABLE IF NOT EXISTS {SCHEMA}.migrations (name text PRIMARY KEY, sha256 text NOT NULL)"
        )
        rows = await connection.fetch(f"SELECT name, sha256 FROM {SCHEMA}.migrations")  # noqa: S608 - a constant
        done = {row["name"]: row["sha256"] for row in rows}
        applied = [name for name, text in migrations() if await _apply(connection, name, text, done.get(name))]
        if done and applied:
            await _empty(connection)
        return applied


async def drop(connection: Any) -> None:
    """Throw every table of the read side away; `migrate` and the log bring them back. The schema stays: `roles.sql`."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        if tables := await _tables(connection):
            await connection.execute(f"DROP TABLE {', '.join(tables)} CASCADE")


def migrations() -> list[tuple[str, str]]:
    """Every migration in order: its name and its SQL."""
    folder = files("ledger.adapters.postgres") / "migrations"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return sorted((entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8")) for entry in found)


async def _empty(connection: Any) -> None:
    """Take every row of the read side away, positions too: the projector begins at the first record again."""
    tables = [table for table in await _tables(connection) if table != f'{SCHEMA}."migrations"']
    await connection.execute(f"TRUNCATE {', '.join(tables)}")


async def _tables(connection: Any) -> list[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", SCHEMA)
    return [f'{SCHEMA}."{row[0]}"' for row in rows]


async def _apply(connection: Any, name: str, text: str, applied: str | None) -> bool:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if applied == digest:
        return False
    if applied is not None:
        raise MigrationChanged(f"migration {name} was edited after it had been applied")
    await connection.execute(text)
    await connection.execute(
        f"INSERT INTO {SCHEMA}.migrations (name, sha256) VALUES ($1, $2)",  # noqa: S608 - a constant
        name,
        digest,
    )
    return True
