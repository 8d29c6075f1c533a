"""Messages and files of cases in PostgreSQL, in the schema that no rebuild touches."""

from typing import Any

from contracts.actors import Account
from rma.application.personal_data import OtherRequestKept
from rma.application.queries.views import AttachmentView, MessageView
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
_FILE = "number, account, company, written, file_name, media_type, size, sha256, erased"
_ATTACHED = f"SELECT {_FILE}, rma FROM rma_private.attachments WHERE ledger = $1 AND command_id = $2"  # noqa: S608
_ATTACH = """
INSERT INTO rma_private.attachments
       (ledger, command_id, rma, account, company, file_name, media_type, size, sha256, blob)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (ledger, command_id) DO NOTHING"""
_ATTACHMENTS = f"""
SELECT {_FILE} FROM rma_private.attachments
 WHERE ledger = $1 AND rma = $2 AND number > $3 ORDER BY number LIMIT $4"""  # noqa: S608
_ONE = f"SELECT {_FILE}, blob FROM rma_private.attachments WHERE ledger = $1 AND rma = $2 AND number = $3"  # noqa: S608
_ERASE = (
    """
UPDATE rma_private.messages SET text = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND rma = $2 AND erased IS NULL""",
    """
UPDATE rma_private.attachments SET file_name = NULL, blob = NULL, erased = now(), erased_by = $3
 WHERE ledger = $1 AND rma = $2 AND erased IS NULL""",
)
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


class PostgresAttachments:
    """Implements Attachments."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def add(self, rma: str, command_id: str, by: Account, file: AttachmentView, blob: str) -> AttachmentView:
        what = (file.file_name, file.media_type, file.size, file.sha256, blob)
        async with transaction(self._pool, "write an attachment") as connection:
            await connection.execute(_ATTACH, self._ledger, command_id, rma, by.account, by.company, *what)
            row = await connection.fetchrow(_ATTACHED, self._ledger, command_id)
            if (row["rma"], row["sha256"]) != (rma, file.sha256) or row["file_name"] not in (file.file_name, None):
                raise OtherRequestKept
            return _attachment(row)

    async def of_case(self, rma: str, after: int, limit: int) -> Page[AttachmentView]:
        async with transaction(self._pool, "read attachments") as connection:
            rows = await connection.fetch(_ATTACHMENTS, self._ledger, rma, after, limit + 1)
            return one_page(map(_attachment, rows), limit)

    async def one(self, rma: str, number: int) -> tuple[AttachmentView, str | None] | None:
        async with transaction(self._pool, "read an attachment") as connection:
            row = await connection.fetchrow(_ONE, self._ledger, rma, number)
            return None if row is None else (_attachment(row), row["blob"])


class PostgresPersonalData:
    """Implements PersonalData."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def erase(self, rma: str, command_id: str, by: str) -> list[str]:
        async with transaction(self._pool, "erase personal data") as connection:
            blobs = [row["blob"] for row in await connection.fetch(_BLOBS, self._ledger, rma)]
            for statement in _ERASE:
                await connection.execute(statement, self._ledger, rma, by)
            await connection.execute(_ERASE_REQUEST, self._ledger, command_id, by)
            return blobs


def _message(row: Any) -> MessageView:
    return MessageView(**{name: row[name] for name in MessageView.model_fields})


def _attachment(row: Any) -> AttachmentView:
    return AttachmentView(**{name: row[name] for name in AttachmentView.model_fields})
