"""Messages of cases in PostgreSQL, in the schema that no rebuild touches, and erasing what people said."""

from typing import Any

from contracts.actors import Account
from rma.application.personal_data import OtherRequestKept
from rma.application.queries.views import MessageView
from runtime.pages import Page, one_page
from runtime.postgres.trouble import transaction

_MESSAGE = "number, account, company, written, text, erased"
_SAID = f"SELECT {_MESSAGE}, rma FROM rma_private.messages WHERE ledger = $1 AND command_id = $2"  # noqa: S608
_SAY = """
INSERT INTO rma_private.messages (ledger, command_id, rma, account, company, text) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger, command_id) DO NOTHING"""
_MESSAGES = f"""
SELECT {_MESSAGE} FROM rma_private.messages
 WHERE ledger = $1 AND rma = $2 AND number > $3 ORDER BY number LIMIT $4"""  # noqa: S608 - our own words
_ERASE_MESSAGES = """
UPDATE rma_private.messages SET text = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND rma = $2 AND erased IS NULL"""
_ERASE_FILES = """
UPDATE rma_private.attachments SET file_name = NULL, blob = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND rma = $2 AND erased IS NULL AND blob = ANY ($4)"""
_BLOBS = "SELECT blob FROM rma_private.attachments WHERE ledger = $1 AND rma = $2 AND blob IS NOT NULL"
_ERASE_REQUEST = """
UPDATE rma_private.requests SET said = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND command_id = $2 AND erased IS NULL"""


class PostgresMessages:
    """Implements Messages."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def add(self, rma: str, command_id: str, by: Account, text: str) -> MessageView:
        async with transaction(self._pool, "write a message") as connection:
            await connection.execute(_SAY, self._ledger, command_id, rma, by.account, by.company, text)
            row = await connection.fetchrow(_SAID, self._ledger, command_id)
            if row["rma"] != rma or row["text"] not in (text, None):
                raise OtherRequestKept
            return _message(row)

    async def of_case(self, rma: str, after: int, limit: int) -> Page[MessageView]:
        async with transaction(self._pool, "read messages") as connection:
            return one_page(
                map(_message, await connection.fetch(_MESSAGES, self._ledger, rma, after, limit + 1)), limit
            )


class PostgresPersonalData:
    """Implements PersonalData."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def blobs(self, rma: str) -> list[str]:
        async with transaction(self._pool, "find files") as connection:
            return [row["blob"] for row in await connection.fetch(_BLOBS, self._ledger, rma)]

    async def erase(self, rma: str, command_id: str, by: str, blobs: list[str]) -> None:
        async with transaction(self._pool, "erase personal data") as connection:
            await connection.execute(_ERASE_MESSAGES, self._ledger, rma, by)
            await connection.execute(_ERASE_FILES, self._ledger, rma, by, blobs)
            await connection.execute(_ERASE_REQUEST, self._ledger, command_id, by)


def _message(row: Any) -> MessageView:
    return MessageView(**{name: row[name] for name in MessageView.model_fields})
