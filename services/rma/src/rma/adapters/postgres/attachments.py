"""What is known of the files in cases, in the schema that no rebuild touches."""

from typing import Any

from contracts.actors import Account
from rma.application.personal_data import MAX_ATTACHMENTS, AttachedFile, AttachmentsFull, OtherRequestKept
from rma.application.queries.views import AttachmentView
from runtime.pages import Page, one_page
from runtime.postgres.trouble import transaction

_FILE = "number, account, company, written, file_name, media_type, size, sha256, erased"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_RESERVED = f"SELECT {_FILE}, rma FROM rma_private.attachments WHERE ledger = $1 AND command_id = $2"  # noqa: S608
_COUNT = "SELECT count(*) FROM rma_private.attachments WHERE ledger = $1 AND rma = $2"
_RESERVE = """
INSERT INTO rma_private.attachments
       (ledger, command_id, rma, account, company, file_name, media_type, size, sha256, blob)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_STORED = """
UPDATE rma_private.attachments SET stored = true WHERE ledger = $1 AND command_id = $2 AND erased IS NULL RETURNING 1"""
_LOST = """
SELECT blob FROM rma_private.attachments
 WHERE ledger = $1 AND NOT stored AND blob IS NOT NULL AND written < now() - interval '1 day'"""
_FORGET = "DELETE FROM rma_private.attachments WHERE ledger = $1 AND blob = $2 AND NOT stored"
_SEEN = "(stored OR erased IS NOT NULL)"
_OF_CASE = f"""
SELECT {_FILE} FROM rma_private.attachments
 WHERE ledger = $1 AND rma = $2 AND number > $3 AND {_SEEN} ORDER BY number LIMIT $4"""  # noqa: S608 - our own words
_ONE = f"""
SELECT {_FILE}, blob FROM rma_private.attachments
 WHERE ledger = $1 AND rma = $2 AND number = $3 AND {_SEEN}"""  # noqa: S608


class PostgresAttachments:
    """Implements Attachments."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def reserve(self, rma: str, command_id: str, by: Account, file: AttachedFile) -> AttachmentView:
        async with transaction(self._pool, "note an attachment") as connection:
            await connection.execute(_LOCK, f"attachments of {self._ledger}/{rma}")
            row = await connection.fetchrow(_RESERVED, self._ledger, command_id)
            if row is None:
                if await connection.fetchval(_COUNT, self._ledger, rma) >= MAX_ATTACHMENTS:
                    raise AttachmentsFull
                await connection.execute(_RESERVE, self._ledger, command_id, rma, by.account, by.company, *file)
                row = await connection.fetchrow(_RESERVED, self._ledger, command_id)
            if (row["rma"], row["sha256"]) != (rma, file.sha256) or row["file_name"] not in (file.file_name, None):
                raise OtherRequestKept
            return _attachment(row)

    async def stored(self, command_id: str) -> bool:
        async with transaction(self._pool, "confirm an attachment") as connection:
            return await connection.fetchval(_STORED, self._ledger, command_id) is not None

    async def lost(self) -> list[str]:
        async with transaction(self._pool, "find lost files") as connection:
            return [row["blob"] for row in await connection.fetch(_LOST, self._ledger)]

    async def forget(self, blob: str) -> None:
        async with transaction(self._pool, "forget a file") as connection:
            await connection.execute(_FORGET, self._ledger, blob)

    async def of_case(self, rma: str, after: int, limit: int) -> Page[AttachmentView]:
        async with transaction(self._pool, "read attachments") as connection:
            rows = await connection.fetch(_OF_CASE, self._ledger, rma, after, limit + 1)
            return one_page(map(_attachment, rows), limit)

    async def one(self, rma: str, number: int) -> tuple[AttachmentView, str | None] | None:
        async with transaction(self._pool, "read an attachment") as connection:
            row = await connection.fetchrow(_ONE, self._ledger, rma, number)
            return None if row is None else (_attachment(row), row["blob"])


def _attachment(row: Any) -> AttachmentView:
    return AttachmentView(**{name: row[name] for name in AttachmentView.model_fields})
