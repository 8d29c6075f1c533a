"""The read side's rows in PostgreSQL: a batch and its position are one transaction."""

import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from contracts.events import Event
from contracts.log.entries import GENESIS, Entry
from contracts.log.postings import device_account, project_account
from ledger.adapters.postgres.database import SCHEMA, database_trouble
from ledger.adapters.postgres.projection import staff
from ledger.adapters.postgres.projection.history import forget_types, history_added, write_devices_by_type
from ledger.adapters.postgres.projection.inherited import write_inherited
from ledger.adapters.postgres.projection.joining import write_joining
from ledger.adapters.postgres.projection.members import write_people
from ledger.adapters.postgres.projection.upserts import HELD, write_newest
from ledger.application.projection.accounts import touched
from ledger.application.projection.documents import Document, LicenseFileRow, ReceiptRow
from ledger.application.projection.fold import Changes, DeviceRow, Held, LawBroken, fold
from ledger.application.projection.store import Position, PositionMoved

CHANNEL = "ledger_position"
"""NOTIFY channel; the payload is `<ledger>:<sequence>`, or `documents` when the signer's documents changed."""
_PROJECT, _DEVICE = project_account(""), device_account("")


class PostgresProjection:
    """Implements ProjectionStore on a pool whose search_path is the schema."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def position(self, ledger: int) -> Position:
        async with self._transaction("read the position") as connection:
            await _first_position(connection, ledger)
            return await _position(connection, ledger)

    async def apply(self, ledger: int, before: Position, after: Position, entries: Sequence[Entry[Event]]) -> None:
        async with self._transaction(f"write entries up to {after.sequence}") as connection:
            if await _position(connection, ledger) != before:
                raise PositionMoved(f"the rows of ledger {ledger} do not stand at entry {before.sequence}")
            accounts = touched(entries)
            held = await _held(connection, ledger, accounts)
            legacy = await staff.legacy_held(connection, ledger, accounts)
            changes = fold(entries, held, legacy)
            await _write(connection, ledger, changes, held)
            await staff.write(connection, ledger, changes.staff, legacy)
            await write_joining(connection, ledger, changes.joining)
            await connection.execute(_MOVE, ledger, after.sequence, after.next_offset, after.head)
            if entries:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{ledger}:{after.sequence}")

    async def document_offset(self, topic: str, partition: int) -> int:
        async with self._transaction("read a document position") as connection:
            await connection.execute(_FIRST_DOCUMENT_POSITION, topic, partition)
            return await _document_offset(connection, topic, partition)

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        async with self._transaction(f"write documents of {topic}") as connection:
            if await _document_offset(connection, topic, partition) != before:
                raise PositionMoved(f"the rows of {topic}/{partition} do not stand at offset {before}")
            await _write_documents(connection, documents)
            await connection.execute(_MOVE_DOCUMENTS, topic, partition, after)
            if documents:
                await connection.execute("SELECT pg_notify($1, 'documents')", CHANNEL)

    @asynccontextmanager
    async def _transaction(self, what: str) -> AsyncGenerator[Any]:
        async with database_trouble(what), self._pool.acquire() as connection, connection.transaction():
            yield connection


_FIRST_POSITION = """INSERT INTO position (ledger, sequence, next_offset, head) VALUES ($1, 0, 0, $2)
    ON CONFLICT DO NOTHING"""
_MOVE = "UPDATE position SET sequence = $2, next_offset = $3, head = $4 WHERE ledger = $1"
_FIRST_DOCUMENT_POSITION = "INSERT INTO document_position VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_MOVE_DOCUMENTS = "UPDATE document_position SET next_offset = $3 WHERE topic = $1 AND partition = $2"


async def _first_position(connection: Any, ledger: int) -> None:
    await connection.execute(_FIRST_POSITION, ledger, GENESIS)


async def _position(connection: Any, ledger: int) -> Position:
    """The position, locked until the transaction ends: one projector at a time goes on."""
    row = await connection.fetchrow(
        "SELECT sequence, head, next_offset FROM position WHERE ledger = $1 FOR UPDATE", ledger
    )
    if row is None:
        raise PositionMoved(f"ledger {ledger} has no position: the rows were dropped")
    return Position(*row)


async def _document_offset(connection: Any, topic: str, partition: int) -> int:
    offset: int | None = await connection.fetchval(
        "SELECT next_offset FROM document_position WHERE topic = $1 AND partition = $2 FOR UPDATE", topic, partition
    )
    if offset is None:
        raise PositionMoved(f"{topic}/{partition} has no position: the rows were dropped")
    return offset


async def _held(connection: Any, ledger: int, accounts: frozenset[str]) -> dict[str, Held]:
    """What accounts hold now, by license type."""
    held: dict[str, Held] = {account: {} for account in accounts}
    for query, prefix in (
        ("SELECT project, license_type, free FROM balances WHERE ledger = $1 AND project = ANY($2)", _PROJECT),
        ("SELECT serial, license_type, count FROM device_licenses WHERE ledger = $1 AND serial = ANY($2)", _DEVICE),
        ("SELECT project, license_type, held FROM held_licenses WHERE ledger = $1 AND project = ANY($2)", HELD),
    ):
        names = [account.removeprefix(prefix) for account in accounts if account.startswith(prefix)]
        for name, license_type, units in await connection.fetch(query, ledger, names) if names else ():
            held[prefix + name][license_type] = units
    return held


async def _write(connection: Any, ledger: int, changes: Changes, before: Mapping[str, Held]) -> None:
    for table, columns, rows in _added(changes):
        if rows:
            records = [(ledger, *row) for row in rows]
            await connection.copy_records_to_table(
                table, schema_name=SCHEMA, columns=["ledger", *columns.split()], records=records
            )
    await _write_redemptions(connection, ledger, changes)
    await _write_devices(connection, ledger, changes)
    await _write_balances(connection, ledger, changes, before)
    await write_newest(connection, ledger, changes)
    await write_inherited(connection, ledger, changes.replacements)
    await write_people(connection, ledger, changes.people)


def _added(changes: Changes) -> Iterable[tuple[str, str, Sequence[tuple[Any, ...]]]]:
    """Tables that only grow: name, columns, new rows."""
    keys = [(*key[:2], json.dumps([lot.model_dump() for lot in key.lots]), *key[3:]) for key in changes.keys]
    yield "companies", "company kind default_project sequence time", changes.companies
    yield "projects", "project company name sequence time", changes.projects
    yield (
        "activation_keys",
        "key_digest key_hint lots order_number customer_reference issued_sequence issued",
        keys,
    )
    yield "deliveries", "serial generation issue file_sha256 path sequence time", changes.deliveries
    yield (
        "movements",
        "sequence line account license_type units time actor event_type command_id held",
        changes.movements,
    )
    yield from history_added(changes)


_REDEEM = """
UPDATE activation_keys AS k
   SET company = r.company, project = r.project, redeemed_sequence = r.sequence, redeemed = r.time
  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
       AS r (key_digest, company, project, sequence, time)
 WHERE k.ledger = $1 AND k.key_digest = r.key_digest AND k.redeemed_sequence IS NULL
RETURNING 1"""


async def _write_redemptions(connection: Any, ledger: int, changes: Changes) -> None:
    if not changes.redemptions:
        return
    rows = await connection.fetch(_REDEEM, ledger, *map(list, zip(*changes.redemptions, strict=True)))
    if len(rows) != len(changes.redemptions):
        raise LawBroken(f"a key among entries {changes.redemptions[0].sequence} and on was not there to be redeemed")


_UPSERT_DEVICES = """
INSERT INTO devices (ledger, serial, company, project, generation, issue, sequence, time)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[])
    ON CONFLICT (ledger, serial) DO UPDATE
   SET company = excluded.company, project = excluded.project, generation = excluded.generation,
       issue = excluded.issue, sequence = excluded.sequence, time = excluded.time"""


async def _write_devices(connection: Any, ledger: int, changes: Changes) -> None:
    if changes.devices:
        await _write_changed_devices(connection, ledger, list(changes.devices.values()))
    if changes.released:  # what stays on such a device stays in its account
        gone = "DELETE FROM devices WHERE ledger = $1 AND serial = ANY($2)"
        await connection.execute(gone, ledger, list(changes.released))
        await forget_types(connection, ledger, changes.released)


async def _write_changed_devices(connection: Any, ledger: int, devices: Sequence[DeviceRow]) -> None:
    columns = list(zip(*(device[:-1] for device in devices), strict=True))
    await connection.execute(_UPSERT_DEVICES, ledger, *map(list, columns))
    await connection.execute(
        "DELETE FROM device_licenses WHERE ledger = $1 AND serial = ANY($2)", ledger, list(columns[0])
    )
    await connection.copy_records_to_table(
        "device_licenses",
        schema_name=SCHEMA,
        columns=["ledger", "serial", "license_type", "license_class", "count"],
        records=[
            (ledger, device.serial, lot.license_type, lot.license_class, lot.count)
            for device in devices
            for lot in device.licenses
        ],
    )
    await write_devices_by_type(connection, ledger, devices)


_UPSERT_BALANCES = """
INSERT INTO balances (ledger, project, license_type, license_class, free)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[])
    ON CONFLICT (ledger, project, license_type) DO UPDATE SET free = excluded.free"""


async def _write_balances(connection: Any, ledger: int, changes: Changes, before: Mapping[str, Held]) -> None:
    rows = [
        (account.removeprefix(_PROJECT), license_type, changes.classes[license_type], units)
        for account, held in changes.held.items()
        if account.startswith(_PROJECT)
        for license_type, units in held.items()
        if before.get(account, {}).get(license_type) != units
    ]
    if rows:
        await connection.execute(_UPSERT_BALANCES, ledger, *map(list, zip(*rows, strict=True)))


_UPSERT_FILE = """
INSERT INTO license_files (serial, generation, issue, sequence, sha256, document) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (serial) DO UPDATE
   SET generation = excluded.generation, issue = excluded.issue, sequence = excluded.sequence,
       sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > license_files.sequence"""
_UPSERT_RECEIPT = """
INSERT INTO return_receipts (serial, generation, sequence, sha256, document) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (serial, generation) DO UPDATE
   SET sequence = excluded.sequence, sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > return_receipts.sequence"""


async def _write_documents(connection: Any, documents: Sequence[Document]) -> None:
    files = [document for document in documents if isinstance(document, LicenseFileRow)]
    receipts = [document for document in documents if isinstance(document, ReceiptRow)]
    if files:
        await connection.executemany(_UPSERT_FILE, files)
    if receipts:
        await connection.executemany(_UPSERT_RECEIPT, receipts)
