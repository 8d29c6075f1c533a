"""What stands beside the ledger's big company for pages to show: its people, repairs, support cases and announcements.

Two logs begin as writers would have written them, and are followed by the real processes: RMA learns by the ledger's
who may see a project, and a few cases become rows. These are then copied by SQL, as the rows of the ledger are made.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from benchmarks import lab
from contracts.audio.conversions import ConversionOptions, StoredBytes
from contracts.audio.events import AudioConversionRequested
from contracts.catalog import described
from contracts.identifiers import derived_id
from contracts.licenses import DEFAULT_CATALOG
from contracts.topics import CASE_EVENTS, EVENTS, topic_name
from dev.demo import people
from dev.stack.kafka import ADMINISTRATOR
from dev.stack.parts import Kit
from portal.adapters.postgres.api_tokens import PostgresApiTokens
from portal.adapters.postgres.database import TABLES
from portal.application.accounts import Account
from portal.domain.api_tokens import MOST_TOKENS, ApiToken
from runtime.kafka import Producer
from tests.support.ledger import ledger_log
from tests.support.ledger.ledger_log import ADRIA, ANNA, HOTEL, STAFF
from tests.support.rma.case_log import log_of

PARTNER = Account(ANNA, "anna@example.net", "Anna Adria", "en")
VENDORS = Account(STAFF, "staff@example.net", "Vera Vogt", "en")
MIDDLE_DAY = "2026-02-04"
"""Half of the big company's entries are of an earlier day."""
SUPPORT_CASE = "CAS-100000"
BEGUN = 4
"""Cases that the log has, each at another step of its life."""
REPAIRS, SUPPORT_CASES, MESSAGES, ANNOUNCEMENTS, CORRECTIONS = 10_000, 5_000, 20, 20, 200
POLL_SECONDS = 0.1

_REPAIRS = f"""
UPDATE cases SET company = '{ADRIA}', project = '{HOTEL}';
UPDATE case_versions SET company = '{ADRIA}', project = '{HOTEL}';
INSERT INTO cases SELECT (made).* FROM (
    SELECT jsonb_populate_record(NULL::cases, to_jsonb(c) || jsonb_build_object(
               'rma', 'RMA-2026-' || (100000 + n), 'serial', '009033' || lpad(to_hex((n * 7919) % 16777216), 6, '0'),
               'filed_sequence', 1000 + n)) AS made
      FROM (SELECT * FROM cases WHERE open LIMIT 1) AS c, generate_series(1, {REPAIRS}) AS n OFFSET 0) AS made;
ANALYZE cases"""
_SUPPORT_CASES = f"""
INSERT INTO support.cases
SELECT 0, 'CAS-' || (100000 + n), {MESSAGES}, 'support', (ARRAY['open', 'waiting_customer', 'closed'])[n % 3 + 1],
       '{ADRIA}', now() - n * interval '1 hour', now() - n * interval '1 minute',
       '009033' || lpad(to_hex((n * 7919) % 16777216), 6, '0'), 'IP811'
  FROM generate_series(0, {SUPPORT_CASES} - 1) AS n;
INSERT INTO support.texts
SELECT 0, number, revision, company, 'No dial tone on line ' || number,
       (SELECT jsonb_agg(jsonb_build_object('time', opened + m * interval '1 minute', 'text', repeat('We looked. ', 30),
                                            'side', (ARRAY['company', 'vendor'])[m % 2 + 1]))
          FROM generate_series(1, {MESSAGES}) AS m)
  FROM support.cases;
ANALYZE support.cases, support.texts"""
_CORRECTIONS = f"""
INSERT INTO ledger.corrections
       (ledger, correction, company, lines, serial, model, delivered_on, reason, reference, proposed_by, sequence, time)
SELECT 0, gen_random_uuid(), '{ADRIA}', '[]', serial, 'IP811', '2026-05-20', 'sha256:1', 'sha256:1', '{STAFF}',
       sequence, time
  FROM ledger.devices WHERE company = '{ADRIA}' ORDER BY sequence LIMIT {CORRECTIONS}"""
_ANNOUNCEMENT = """
INSERT INTO audio.jobs (job, account, company, state, requested, request) VALUES ($1, $2, $3, 'waiting', now(), $4)"""


async def fill(kit: Kit) -> None:
    """All of it; the portal, the projector of RMA and that of announcements must be at work."""
    await people.add_accounts(kit, [PARTNER, VENDORS])
    await _begin_logs(kit)
    async with _connected(kit, "rma") as connection:
        async with asyncio.timeout(lab.PATIENCE_SECONDS):
            while await connection.fetchval("SELECT count(*) FROM cases") < BEGUN:  # noqa: ASYNC110 - another process
                await asyncio.sleep(POLL_SECONDS)
        await connection.execute(_REPAIRS)
    async with _connected(kit, "support") as connection:
        await connection.execute(_SUPPORT_CASES)
        await connection.execute(_CORRECTIONS)
        types = [(0, *described(one).model_dump().values(), 1) for one in DEFAULT_CATALOG]
        await connection.copy_records_to_table("license_types", schema_name="ledger", records=types)
        for number in range(ANNOUNCEMENTS):
            asked = _announcement(number)
            said = asked.model_dump_json()
            await connection.execute(_ANNOUNCEMENT, asked.job, asked.account, asked.company, said)
    await _make_api_tokens(kit)


async def _begin_logs(kit: Kit) -> None:
    async with Producer(kit.broker().connection(ADMINISTRATOR), client_id="bench") as producer:
        await lab.append(producer, topic_name(EVENTS), ledger_log.story().values)
        await lab.append(producer, topic_name(CASE_EVENTS), log_of(BEGUN).values)


@asynccontextmanager
async def _connected(kit: Kit, schema: str) -> AsyncGenerator[Any]:
    """As the owner of the database."""
    connection = await asyncpg.connect(kit.cluster().url(), server_settings={"search_path": schema})
    try:
        yield connection
    finally:
        await connection.close()


def _announcement(number: int) -> AudioConversionRequested:
    """One that no worker has taken yet."""
    return AudioConversionRequested(
        job=derived_id(str(number), "audio-conversion"),
        account=ANNA,
        company=ADRIA,
        name=f"welcome-{number}",
        kind="sentence",
        source=StoredBytes(place="nowhere", size=40, sha256="0" * 64),
        formats=("g711a", "g722"),
        options=ConversionOptions(trim_silence=True, fade_milliseconds=0, pause_milliseconds=0, downmix="mix"),
    )


async def _make_api_tokens(kit: Kit) -> None:
    now = datetime.now(UTC)
    async with TABLES.pool(kit.cluster().url(role="portal"), most=1) as pool:
        tokens = PostgresApiTokens(pool)
        for number in range(MOST_TOKENS):
            token = ApiToken(
                client_id=f"tok_{secrets.token_hex(8)}",
                account=ANNA,
                company=ADRIA,
                name=f"Nightly report {number}",
                scopes=frozenset({"licenses:read"}),
                made=now,
                expires=now + timedelta(days=90),
            )
            await tokens.add(token, secrets.token_hex(32))
