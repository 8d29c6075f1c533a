"""The tables of one schema, which migrations make and change."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from runtime.postgres.pool import STATEMENT_SECONDS, Address, open_pool


class MigrationChanged(Exception):  # noqa: N818 - states the world
    """A migration that was applied has been edited since; write a new one, or rebuild."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one schema, made by the migrations that lie below `package`; their rows stay.

    `lock` is the advisory lock under which two processes that start together migrate one after the other.
    """

    schema: str
    package: str
    lock: int

    def pool(self, address: Address, *, most: int, statement_seconds: float = STATEMENT_SECONDS) -> Any:
        """A pool whose search_path is the schema; see open_pool."""
        return open_pool(address, schema=self.schema, most=most, statement_seconds=statement_seconds)

    async def migrate(self, connection: Any, *, into: str | None = None) -> list[str]:
        """Bring the tables up to date in one transaction; the names of what was applied now. The schema is there.

        Migrations name their schema; `into` makes the same tables in another one.
        """
        async with connection.transaction():
            await self._take_lock(connection)
            schema = into or await self._schema(connection)
            await connection.execute(f"SET LOCAL search_path TO {schema}")
            await connection.execute(
                f"CREATE TABLE IF NOT EXISTS {schema}.migrations (name text PRIMARY KEY, sha256 text NOT NULL)"
            )
            rows = await connection.fetch(f"SELECT name, sha256 FROM {schema}.migrations")  # noqa: S608 - a constant
            done = {row["name"]: row["sha256"] for row in rows}
            applied = [
                name for name, text in self.migrations() if await self._apply(connection, schema, name, text, done)
            ]
            if done:
                await self._changed(connection, schema, applied)
            return applied

    def migrations(self) -> list[tuple[str, str]]:
        """Every migration in order: its name and its SQL."""
        folder = files(self.package) / "migrations"
        found = (entry for entry in folder.iterdir() if entry.name.endswith(".sql"))
        return sorted((entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8")) for entry in found)

    async def _take_lock(self, connection: Any) -> None:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", self.lock)

    async def _schema(self, connection: Any) -> str:  # noqa: ARG002 - for tables that are in more than one
        """Where the tables are that are used."""
        return self.schema

    async def _changed(self, connection: Any, schema: str, applied: Sequence[str]) -> None:
        """What happens to rows of tables that these migrations have just changed: nothing."""

    async def _apply(self, connection: Any, schema: str, name: str, text: str, done: Mapping[str, str]) -> bool:
        digest, applied = hashlib.sha256(text.encode()).hexdigest(), done.get(name)
        if applied == digest:
            return False
        if applied is not None:
            raise MigrationChanged(f"migration {name} was edited after it had been applied")
        await connection.execute(re.sub(rf"(?<![\w.]){self.schema}\.(?=\w)", f"{schema}.", text))
        await connection.execute(
            f"INSERT INTO {schema}.migrations (name, sha256) VALUES ($1, $2)",  # noqa: S608 - a constant
            name,
            digest,
        )
        return True
