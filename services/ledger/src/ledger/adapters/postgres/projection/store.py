"""The read side's rows in PostgreSQL: a batch and its position are one transaction."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from contracts.events import Event
from contracts.log.entries import Entry
from contracts.log.exclusions import Named
from contracts.support.cases import SupportCaseChanged
from ledger.adapters.postgres.projection.activation_keys import write_redemptions
from ledger.adapters.postgres.projection.balances import read_held, write_balances
from ledger.adapters.postgres.projection.blocks import write_blocks
from ledger.adapters.postgres.projection.claims import end_claim_codes
from ledger.adapters.postgres.projection.company_imports import import_companies
from ledger.adapters.postgres.projection.corrections import end_corrections
from ledger.adapters.postgres.projection.device_filters import write_device_filters
from ledger.adapters.postgres.projection.devices import write_devices
from ledger.adapters.postgres.projection.documents import write_documents
from ledger.adapters.postgres.projection.expirations import write_expirations
from ledger.adapters.postgres.projection.invitations import end_invitations
from ledger.adapters.postgres.projection.legacy import read_legacy, write_legacy
from ledger.adapters.postgres.projection.license_file_downloads import deliver_downloads
from ledger.adapters.postgres.projection.projects import write_projects
from ledger.adapters.postgres.projection.replacements import end_replacements
from ledger.adapters.postgres.projection.set_aside import approve_set_asides, read_decisions
from ledger.adapters.postgres.projection.tables import add_rows, replace_rows
from ledger.adapters.postgres.projection.totals import put_back, take_off
from ledger.adapters.postgres.projection.warranty import end_warranties, inherit_warranties
from ledger.adapters.postgres.support_cases import keep_facts
from ledger.application.projection.changes import Changes
from ledger.application.projection.documents import Document
from ledger.application.projection.fold import effects_of, fold, touched
from runtime.postgres.set_aside import PostgresSetAsides
from runtime.projection.store import Position, PositionMoved

CHANNEL = "ledger_position"
"""NOTIFY channel; the payload is `<ledger>:<sequence>`, or `documents` when the signer's documents changed."""


class PostgresProjection(PostgresSetAsides):
    """Implements ProjectionStore on a pool whose search_path is the schema."""

    kept = frozenset({"migrations", "license_files", "return_receipts", "document_position"})

    def __init__(self, pool: Any) -> None:
        super().__init__(pool, CHANNEL)

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[Event]]) -> None:
        async with self.moving(ledger, before, after) as connection:
            effects = effects_of(entries)
            accounts = touched(effects)
            held = await read_held(connection, ledger, accounts)
            changes = fold(effects, held, await read_legacy(connection, ledger, accounts))
            for write in _WRITERS:
                await write(connection, ledger, changes)

    async def decisions(self, connection: Any, ledger: int) -> list[tuple[int, Named]]:
        return await read_decisions(connection, ledger)

    async def document_offset(self, topic: str, partition: int) -> int:
        async with self.transaction("read a document position") as connection:
            await connection.execute(_FIRST_DOCUMENT_POSITION, topic, partition)
            return await _document_offset(connection, topic, partition)

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        async with self._moving_documents(topic, partition, before, after) as connection:
            await write_documents(connection, documents)
            if documents:
                await connection.execute("SELECT pg_notify($1, 'documents')", CHANNEL)

    async def apply_support_cases(
        self, topic: str, partition: int, before: int, after: int, cases: Sequence[SupportCaseChanged]
    ) -> None:
        async with self._moving_documents(topic, partition, before, after) as connection:
            for case in cases:
                await keep_facts(connection, case.ledger, case)

    @asynccontextmanager
    async def _moving_documents(self, topic: str, partition: int, before: int, after: int) -> AsyncGenerator[Any]:
        """A transaction that takes the position of a topic from `before` to `after`; raises PositionMoved."""
        async with self.transaction(f"write records of {topic}") as connection:
            if await _document_offset(connection, topic, partition) != before:
                raise PositionMoved(f"the rows of {topic}/{partition} do not stand at offset {before}")
            yield connection
            await connection.execute(_MOVE_DOCUMENTS, topic, partition, after)


_FIRST_DOCUMENT_POSITION = "INSERT INTO document_position VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_MOVE_DOCUMENTS = "UPDATE document_position SET next_offset = $3 WHERE topic = $1 AND partition = $2"


async def _document_offset(connection: Any, topic: str, partition: int) -> int:
    offset: int | None = await connection.fetchval(
        "SELECT next_offset FROM document_position WHERE topic = $1 AND partition = $2 FOR UPDATE", topic, partition
    )
    if offset is None:
        raise PositionMoved(f"{topic}/{partition} has no position: the rows were dropped")
    return offset


# What changes rows of a batch comes after the rows are there; imports of companies change rows of all kinds,
# and what has an end, and then what devices are searched by, follows from all of them.
_WRITERS: tuple[Callable[[Any, int, Changes], Awaitable[None]], ...] = (
    take_off,
    add_rows,
    write_redemptions,
    write_devices,
    write_balances,
    replace_rows,
    end_replacements,
    inherit_warranties,
    end_warranties,
    write_projects,
    end_claim_codes,
    end_invitations,
    write_blocks,
    end_corrections,
    approve_set_asides,
    deliver_downloads,
    write_legacy,
    import_companies,
    put_back,
    write_expirations,
    write_device_filters,
)
