"""The obvious alternative: one PostgreSQL transaction an allocation, with the balance's row locked.

It does what the writer does for an allocation and no more: lock the balance and check it, take from it, note the
movement, and remember the idempotency key. The tables are those of the read side. Client and server have both cores.
"""

import asyncio
import hashlib
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg

from benchmarks import market
from benchmarks.figures import Beside
from benchmarks.lab import Lab
from ledger.adapters.postgres import database

TRANSACTIONS = 10_000
UNITS = 1_000_000_000
_COMMANDS = "CREATE TABLE commands (command_id text PRIMARY KEY, command_hash text NOT NULL, sequence bigint NOT NULL)"
_BALANCE = (
    "INSERT INTO balances (ledger, project, license_type, license_class, free) VALUES (0, $1, 'Port11', 'pbx', $2)"
)
_LOCK = "SELECT free FROM balances WHERE ledger = 0 AND project = $1 AND license_type = 'Port11' FOR UPDATE"
_TAKE = "UPDATE balances SET free = free - 1 WHERE ledger = 0 AND project = $1 AND license_type = 'Port11'"
_MOVE = """INSERT INTO movements
    (ledger, sequence, line, account, license_type, units, time, actor, event_type, command_id)
    VALUES (0, $1, 0, $2, 'Port11', 1, $3, $4, 'licensing.ledger.licenses-allocated.v1', $5)"""
_REMEMBER = "INSERT INTO commands VALUES ($1, $2, $3)"


async def measure(lab: Lab) -> tuple[Beside, ...]:
    """Rates with one connection, with ten, and with ten that do not wait for the disk (Kafka does not either)."""
    count = lab.sized(TRANSACTIONS)
    found = [
        await _rate(lab, "bench_rows_1", count, 1, synced=True),
        await _rate(lab, "bench_rows_10", count, 10, synced=True),
        await _rate(lab, "bench_rows_10_unsynced", count, 10, synced=False),
    ]
    names = ("1 connection", "10 connections", "10 connections, synchronous_commit off")
    return tuple(
        Beside(f"PostgreSQL, one row-lock transaction each, {name}", rate)
        for name, rate in zip(names, found, strict=True)
    )


async def _rate(lab: Lab, name: str, count: int, connections: int, *, synced: bool) -> float:
    url = await asyncio.to_thread(lab.kit.cluster().create, name)
    settings = {"search_path": database.SCHEMA, "synchronous_commit": "on" if synced else "off"}
    pool: Any = asyncpg.create_pool(url, min_size=connections, max_size=connections, server_settings=settings)
    async with pool:
        async with pool.acquire() as connection:
            await database.migrate(connection)
            await connection.execute(_COMMANDS)
            await connection.execute(_BALANCE, market.PROJECT, UNITS)
        share = count // connections
        start = time.perf_counter()
        await asyncio.gather(*(_client(pool, number, share) for number in range(connections)))
        return share * connections / (time.perf_counter() - start)


async def _client(pool: Any, number: int, count: int) -> None:
    async with pool.acquire() as connection:
        for at in range(number * count + 1, (number + 1) * count + 1):
            await _allocate(connection, at)


async def _allocate(connection: Any, sequence: int) -> None:
    command = hashlib.sha256(b"%d" % sequence).hexdigest()
    async with connection.transaction():
        if await connection.fetchval(_LOCK, market.PROJECT) < 1:
            raise RuntimeError("insufficient balance")
        await connection.execute(_TAKE, market.PROJECT)
        account = f"device/{market.serial(sequence % 1000)}"
        await connection.execute(_MOVE, sequence, account, datetime.now(UTC), str(market.BUYER), command)
        await connection.execute(_REMEMBER, command, command, sequence)
