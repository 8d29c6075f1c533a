"""A read side of a million entries with the API on it, and no writer: the rows are made by SQL, in the real tables.

Each entry moves one license from a project to a device, so it has two movements. Every other one is of one hot project,
the rest go round a thousand projects; there are ten license types and ten thousand devices.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from benchmarks import lab, market
from benchmarks.lab import Lab
from contracts.accounts import device_account, project_account
from dev.stack.error import StackError
from dev.stack.keys import Keys
from dev.stack.ports import HOST
from dev.stack.service import answers
from dev.stack.settings import admin_port_name, settings
from dev.stack.settings import database as settings_of_database
from ledger.adapters.postgres import database
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR

ENTRIES = 1_000_000
DATABASE = "bench_filled"
PREFIX = "bench-filled."
TYPES = ("Port11", *(name for name in market.PBX_TYPES if name != "Port11"))[:10]
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
"""An entry a minute from here on."""
POLL_SECONDS = 0.2
PROJECTS = 1_000
"""Beside the hot one."""
PROJECT_ID = "'00000000-0000-4000-8000-' || lpad(to_hex({}), 12, '0')"

_FIRST = f"""
INSERT INTO companies VALUES (0, '{VENDOR}', 'vendor', '{VENDOR}', 1, now()),
                             (0, '{PARTNER}', 'reseller', '{market.PROJECT}', 1, now());
INSERT INTO members VALUES (0, '{CLERK}', '{VENDOR}', true, 1, now()),
                           (0, '{ADMINISTRATOR}', '{PARTNER}', true, 1, now());
INSERT INTO projects SELECT 0, '{market.PROJECT}', '{PARTNER}', 'DEFAULT', 1, now();
INSERT INTO projects
SELECT 0, {PROJECT_ID.format("n")}, '{PARTNER}', 'Hotel ' || n, n + 2, now()
  FROM generate_series(0, {PROJECTS - 1}) AS n;
INSERT INTO devices
SELECT 0, '009033' || lpad(to_hex(n), 6, '0'), '{PARTNER}', '{market.PROJECT}', 1, 1, n + 1, now()
  FROM generate_series(0, 9999) AS n;
INSERT INTO device_stays SELECT 0, serial, 1, company, project FROM devices"""
# Entry i is number g of round k; each round is of one type, and the arithmetic says what an account has then.
_MOVEMENTS = f"""
INSERT INTO movements (ledger, sequence, line, account, license_type, units, held, time, actor, event_type, command_id)
SELECT 0, i, line,
       CASE WHEN line = 1 THEN '{device_account("009033")}' || lpad(to_hex(i % 10000), 6, '0')
            WHEN g % 2 = 0 THEN '{project_account(market.PROJECT)}'
            ELSE '{project_account("")}' || {PROJECT_ID.format("g / 2")} END,
       ($2::text[])[k % 10 + 1],
       2 * line - 1,
       CASE WHEN line = 1 THEN k / 10 + 1
            WHEN g % 2 = 0 THEN 1000000 - k / 10 * {PROJECTS} - g / 2
            ELSE 1000000 - k / 10 END,
       '{BEGIN}'::timestamptz + i * interval '1 minute',
       '{market.BUYER}', 'licensing.ledger.licenses-allocated.v1', encode(sha256(i::text::bytea), 'hex')
  FROM generate_series(1, $1::int) AS i, generate_series(0, 1) AS line,
       LATERAL (SELECT i % (2 * {PROJECTS}) AS g, i / (2 * {PROJECTS}) AS k) AS place"""
_ENTRIES = f"""
INSERT INTO entries (ledger, sequence, time, actor, event_type, command_id, correlation_id, subject, companies)
SELECT 0, sequence, time, actor, event_type, command_id, 'bench', account, ARRAY['{PARTNER}']
  FROM movements WHERE ledger = 0 AND line = 1 ORDER BY sequence"""
_SUBJECTS = f"INSERT INTO subject_entries SELECT 0, 'companies/{PARTNER}', sequence, event_type FROM entries"
_BALANCES = """
INSERT INTO balances
SELECT 0, p.project, t.license_type, 'pbx', m.held
  FROM projects AS p CROSS JOIN unnest($1::text[]) AS t (license_type)
  JOIN LATERAL (SELECT held FROM movements
                 WHERE ledger = 0 AND account = 'project/' || p.project AND license_type = t.license_type
                 ORDER BY sequence DESC, line DESC LIMIT 1) AS m ON true"""
_POSITION = "INSERT INTO position VALUES (0, $1::int, $1::int, repeat('0', 64))"
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = $1 AND tablename IN ('movements', 'entries') AND indexname !~ 'pkey$'"""


@dataclass(frozen=True, slots=True)
class Filled:
    """The database's URL, the API's port and process, and how many entries there are."""

    url: str
    port: int
    pid: int
    entries: int


def project(chance: random.Random, *, hot: bool) -> str:
    """The hot project, or any of the others."""
    return market.PROJECT if hot else f"00000000-0000-4000-8000-{chance.randrange(PROJECTS):012x}"


@asynccontextmanager
async def api_on_filled_tables(lab_: Lab) -> AsyncGenerator[Filled]:
    """The API alone on its core; the tables stay for the next benchmark of the run."""
    entries = lab_.sized(ENTRIES)
    url = await _filled(lab_, entries)
    await asyncio.to_thread(Keys(lab_.kit.state).prepare)
    stack = lab_.kit.stack()
    environment = (
        settings("ledger-api", stack)
        | settings_of_database("ledger-api", stack.postgres, DATABASE)
        | {"LICENSING_TOPIC_PREFIX": await lab_.fresh_topics(PREFIX)}
    )
    with lab_.process("ledger-api", environment=environment) as process:
        await _until_ready(lab_)
        yield Filled(url, lab_.kit.ports.port("ledger-api"), process.pid, entries)


async def _filled(lab_: Lab, entries: int) -> str:
    cluster = lab_.kit.cluster()
    try:
        url = await asyncio.to_thread(cluster.create, DATABASE)
    except StackError:
        return cluster.url(DATABASE)  # another benchmark of this run has filled it
    owner = cluster.url(DATABASE, "ledger-projector")
    connection: Any = await asyncpg.connect(owner, server_settings={"search_path": database.SCHEMA})
    try:
        await database.migrate(connection)
        await fill(connection, entries)
    finally:
        await connection.close()
    return url


async def fill(connection: Any, entries: int) -> None:
    """Make the rows; the indexes of the big tables are made afterwards, as that is faster."""
    indexes = await connection.fetch(_INDEXES, database.SCHEMA)
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    await connection.execute(_FIRST)
    await connection.execute(_MOVEMENTS, entries, list(TYPES))
    await connection.execute(_ENTRIES)
    await connection.execute(_SUBJECTS)
    for _, definition in indexes:
        await connection.execute(definition)
    await connection.execute(_BALANCES, list(TYPES))
    await connection.execute(_POSITION, entries)
    await connection.execute("VACUUM ANALYZE")


async def _until_ready(lab_: Lab) -> None:
    url = f"http://{HOST}:{lab_.kit.ports.port(admin_port_name('ledger-api'))}/readyz"
    for _ in range(int(lab.PATIENCE_SECONDS / POLL_SECONDS)):
        if await asyncio.to_thread(answers, url):
            return
        await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError("the API does not get ready")
