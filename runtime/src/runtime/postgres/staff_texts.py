"""The texts of one log's commands in PostgreSQL, in a schema of their own: no rebuild of a read side touches them."""

import secrets
from collections.abc import Generator, Iterable, Mapping
from typing import Any

from contracts.staff_texts import SALT_BYTES, digest_of, is_digest
from runtime.postgres.trouble import statement, transaction
from runtime.staff_texts import ERASED, KeptText, KeptTexts, ShownText

# A repeated request waits for the first one, so that both come to one salt.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_OF_COMMAND = "SELECT member, digest, salt, text FROM {table} WHERE ledger = $1 AND command_id = $2 ORDER BY digest"
_KEEP = "INSERT INTO {table} (ledger, command_id, member, digest, salt, text) VALUES ($1, $2, $3, $4, $5, $6)"
_CONFIRM = """
INSERT INTO {table} (ledger, command_id, member, digest, salt, text, confirmed)
VALUES ($1, $2, $3, $4, $5, $6, true) ON CONFLICT (ledger, digest) DO UPDATE SET confirmed = true"""
_DISCARD = """
DELETE FROM {table}
 WHERE ledger = $1 AND command_id = $2 AND digest = ANY ($3) AND NOT confirmed AND erased IS NULL"""
_SHOW = """
SELECT member, digest, text, encode(salt, 'hex') AS salt, erased, erased_by FROM {table}
 WHERE ledger = $1 AND command_id = $2 ORDER BY member, digest"""
_ERASE = """
UPDATE {table} SET text = NULL, salt = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND command_id = $2 AND erased IS NULL"""
_TEXTS = "SELECT digest, text FROM {table} WHERE ledger = $1 AND digest = ANY ($2)"

_MEMBERS = ("reason", "reference", "finding", "invoice")
"""What members of rows and facts that hold texts of staff are called, or end in, as `lifted_reason` does.

Anybody may write a digest that he has seen into another one, such as the name of a project: it stays a digest there.
"""


class PostgresTexts:
    """Implements KeepsTexts in `table`, and shows and erases what it keeps."""

    def __init__(self, pool: Any, ledger: int, table: str) -> None:
        self._pool = pool
        self._ledger = ledger
        self._table = table

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        async with transaction(self._pool, "keep") as connection:
            await connection.execute(_LOCK, command_id)
            rows = await connection.fetch(self._sql(_OF_COMMAND), self._ledger, command_id)
            known = {(row["member"], row["text"]): (row["digest"], row["salt"]) for row in rows}
            kept: dict[str, KeptText] = {}
            for member, text in texts.items():
                found = known.get((member, None)) or known.get((member, text))
                kept[member] = (
                    KeptText(*found, text) if found else await self._insert(connection, command_id, member, text)
                )
            return kept

    async def _insert(self, connection: Any, command_id: str, member: str, text: str) -> KeptText:
        salt = secrets.token_bytes(SALT_BYTES)
        kept = KeptText(digest_of(text, salt), salt, text)
        await connection.execute(self._sql(_KEEP), self._ledger, command_id, member, *kept)
        return kept

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        rows = [(self._ledger, command_id, member, *one) for member, one in kept.items() if one.salt is not None]
        async with statement(self._pool, "confirm") as connection:
            await connection.executemany(self._sql(_CONFIRM), rows)

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        digests = [one.digest for one in kept.values()]
        async with statement(self._pool, "discard") as connection:
            await connection.execute(self._sql(_DISCARD), self._ledger, command_id, digests)

    async def of_command(self, connection: Any, command_id: str) -> list[ShownText]:
        """What a command has left, erased texts too, on a connection of the caller."""
        rows = await connection.fetch(self._sql(_SHOW), self._ledger, command_id)
        return [ShownText(**row) for row in rows]

    async def erase(self, command_id: str, *, by: str) -> None:
        """Take texts and salts of a command away; the digests stay, with the account that erased them."""
        async with statement(self._pool, "erase") as connection:
            await connection.execute(self._sql(_ERASE), self._ledger, command_id, by)

    def _sql(self, statement: str) -> str:
        return statement.format(table=self._table)


async def with_texts(connection: Any, ledger: int, table: str, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with texts in place of digests, or `erased`; a digest whose text `table` does not have stays."""
    said = [dict(row) for row in rows]
    if not (digests := sorted({digest for row in said for digest in _digests(row)})):
        return said
    found = await connection.fetch(_TEXTS.format(table=table), ledger, digests)
    known = {row["digest"]: ERASED if row["text"] is None else row["text"] for row in found}
    return [_told(row, known) for row in said]


def _digests(row: dict[str, Any]) -> Generator[str]:
    for member, value in row.items():
        if isinstance(value, dict):
            yield from _digests(value)
        elif _holds_digest(member, value):
            yield value


def _told(row: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {member: _text(member, value, known) for member, value in row.items()}


def _text(member: str, value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return _told(value, known)
    return known.get(value, value) if _holds_digest(member, value) else value


def _holds_digest(member: str, value: Any) -> bool:
    return member.endswith(_MEMBERS) and isinstance(value, str) and is_digest(value)
