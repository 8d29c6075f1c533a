"""A read side with a company of 100,000 devices and a project of 10,000, made by SQL in the real tables."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from contracts.identifiers import default_project_of, derived_id
from ledger.adapters.postgres import database
from tests.support.databases import as_role
from tests.support.ledger.ledger_log import ADRIA, ANNA, BEN, BORA, HOTEL, STAFF, VENDOR
from tests.support.ledger.projector_at_work import connected

GUEST, GUESTS_COMPANY = derived_id("guest", "account"), derived_id("guest", "company")
SMALL, SMALLS_ACCOUNT = derived_id("small", "company"), derived_id("small", "account")
CROWDED = "009033000000"
"""A device with a long history."""
LATE = "00000000-0000-4000-8000-" + f"{21_500:012x}"
"""A project that only the last entries are about."""
RARE = "licensing.ledger.project-renamed.v1"
"""The type of one entry in a thousand."""
ORDER = "PO-1"
MODEL, RARE_MODEL = "IP811", "IP6010"
"""Those of the devices; one in a hundred is of the rare one."""
DEVICES, OF_ADRIA, IN_HOTEL = 120_000, 100_000, 10_000
ENTRIES, KEYS, CODES, STRANGERS = 100_000, 50_000, 20_000, 20_000
REPLACEMENTS = 10_000
BLOCKS = 20_000
"""One in ten holds still."""
BEFORE_ALL_STAYS = 0
"""An entry at which no device was anywhere."""
PROJECTS = STRANGERS + 2_000
"""Those of strangers come first."""

FORMER = derived_id("former", "company")
"""A company with a tenth of the entries, which the big one took over."""

# Serials are spread: neighbours in one project are far from each other in the order of serials.
_SERIAL = "'009033' || lpad(to_hex((n * 7919) % 16777216), 6, '0')"
_NUMBERED = "'00000000-0000-4000-8000-' || lpad(to_hex({}), 12, '0')"
_COMPANY = f"CASE WHEN n < {OF_ADRIA} THEN '{ADRIA}' ELSE '{BORA}' END"
_PROJECT = f"""CASE WHEN n < {IN_HOTEL} THEN '{HOTEL}'
    WHEN n < {OF_ADRIA} THEN {_NUMBERED.format(f"{STRANGERS} + n / 1000")} ELSE '{default_project_of(BORA)}' END"""
_ACCOUNT = f"CASE WHEN n % 2 = 0 THEN 'project/{HOTEL}' ELSE 'device/' || {_SERIAL} END"
_CAUSE = "'account:a@b', 'licensing.ledger.licenses-allocated.v1', repeat('0', 64)"
_TYPE = f"CASE WHEN n % 1000 = 0 THEN '{RARE}' ELSE 'licensing.ledger.licenses-allocated.v1' END"

_DAY = "'2026-11-24'::date + ({})"
_LOTS = """'[{{"license_type": "Port11", "license_class": "pbx", "count": {}}},
             {{"license_type": "BRI", "license_class": "gateway", "count": 4}}]'::jsonb"""
"""What a device has: Port11 as many as filled in. A tenth got no newer file than the first, two fifths none at all."""

_FILL = f"""
INSERT INTO companies
SELECT 0, id, kind, id, 1, now()
  FROM (VALUES ('{VENDOR}', 'vendor'), ('{ADRIA}', 'reseller'), ('{BORA}', 'reseller'), ('{SMALL}', 'end_customer'),
               ('{GUESTS_COMPANY}', 'end_customer')) AS c (id, kind);
INSERT INTO companies
SELECT 0, {_NUMBERED.format("n")}, CASE WHEN n % 20 = 0 THEN 'reseller' ELSE 'end_customer' END,
       {_NUMBERED.format("n")}, n + 10, now() FROM generate_series(0, {STRANGERS - 1}) AS n;
INSERT INTO members
SELECT 0, account, company, admin, 1, now()
  FROM (VALUES ('{STAFF}', '{VENDOR}', true), ('{ANNA}', '{ADRIA}', true), ('{BEN}', '{BORA}', true),
               ('{SMALLS_ACCOUNT}', '{SMALL}', true), ('{GUEST}', '{GUESTS_COMPANY}', false))
       AS m (account, company, admin);
INSERT INTO members SELECT 0, {_NUMBERED.format("n")}, '{ADRIA}', false, n, now() FROM generate_series(1, 1000) AS n;
INSERT INTO projects (ledger, project, company, name, sequence, time, comparable_name)
SELECT 0, {_NUMBERED.format("n")}, {_NUMBERED.format("n")}, 'DEFAULT', n + 10, now(), 'default'
  FROM generate_series(0, {STRANGERS - 1}) AS n;
INSERT INTO projects (ledger, project, company, name, sequence, time, comparable_name)
SELECT 0, {_NUMBERED.format("n")}, '{ADRIA}', 'Hotel ' || n, n + 10, now(), 'hotel ' || n
  FROM generate_series({STRANGERS}, {PROJECTS - 1}) AS n;
INSERT INTO projects (ledger, project, company, name, sequence, time, comparable_name)
VALUES (0, '{HOTEL}', '{ADRIA}', 'Hotel Adria', 5, now(), 'hotel adria'),
       (0, '{default_project_of(BORA)}', '{BORA}', 'DEFAULT', 6, now(), 'default'),
       (0, '{default_project_of(SMALL)}', '{SMALL}', 'DEFAULT', 60000, now(), 'default');
INSERT INTO balances SELECT 0, project, 'Port' || t, 'pbx', 3 FROM projects CROSS JOIN generate_series(1, 10) AS t
 WHERE sequence > {STRANGERS} OR sequence < 10;
INSERT INTO held_licenses SELECT 0, project, 'Port11', 'pbx', 1 FROM projects
 WHERE sequence > {STRANGERS} OR sequence < 10;
UPDATE projects SET archived = now() WHERE sequence > {STRANGERS} + 1000 AND sequence % 3 = 0;
INSERT INTO grants
SELECT 0, '{GUEST}', '{GUESTS_COMPANY}', id, '{{view}}', 7, now(), '{ADRIA}'
  FROM (VALUES ('{HOTEL}'), ({_NUMBERED.format(f"{STRANGERS} + 50")}), ({_NUMBERED.format(f"{STRANGERS} + 60")}))
       AS p (id);
INSERT INTO grants SELECT 0, {_NUMBERED.format("n")}, '{ADRIA}', '{HOTEL}', '{{view}}', n, now(), '{ADRIA}'
  FROM generate_series(1, 1000) AS n;
INSERT INTO devices
       (ledger, serial, company, project, generation, issue, sequence, time, arrived, delivered_issue, blocked,
        model)
SELECT 0, {_SERIAL}, {_COMPANY}, {_PROJECT}, 1, 2, n + 1, now(), now(), CASE WHEN right({_SERIAL}, 1) < '8' THEN 2 END,
       n < {BLOCKS} AND (n + 1) % 10 = 0, CASE WHEN n % 100 = 0 THEN '{RARE_MODEL}' ELSE '{MODEL}' END
  FROM generate_series(0, {DEVICES - 1}) AS n;
INSERT INTO devices (ledger, serial, company, project, generation, issue, sequence, time, model)
SELECT 0, '009033fffff' || n, '{SMALL}', '{default_project_of(SMALL)}', 1, 2, n + 1, now(), '{MODEL}'
  FROM generate_series(0, 2) AS n;
INSERT INTO device_stays
SELECT 0, serial, 1 + stay, CASE stay WHEN 0 THEN company ELSE nullif(company, '{BORA}') END,
       CASE stay WHEN 0 THEN project ELSE nullif(project, '{default_project_of(BORA)}') END
  FROM devices CROSS JOIN generate_series(0, 1) AS stay;
INSERT INTO device_arrivals SELECT 0, serial, company, project, sequence FROM devices;
INSERT INTO device_versions
SELECT 0, serial, company, project, 1, 1 + v, 3 + v, now(),
       CASE v WHEN 0 THEN {_LOTS.format(4)} ELSE {_LOTS.format(6)} END
  FROM devices CROSS JOIN generate_series(0, 1) AS v WHERE project = '{HOTEL}';
INSERT INTO device_licenses SELECT 0, serial, 'Port11', 'pbx', 1 FROM devices;
INSERT INTO devices_by_type
SELECT 0, serial, company, project, license_type, delivered, blocked, model
  FROM devices CROSS JOIN unnest('{{Port11,BRI}}'::text[]) AS license_type
 WHERE license_type = 'Port11' OR right(serial, 1) = '0';
INSERT INTO deliveries
SELECT 0, serial, 1, 2, repeat('0', 64), 'direct', 5, now() FROM devices WHERE right(serial, 1) < '8';
INSERT INTO deliveries
SELECT 0, serial, 1, 1, repeat('0', 64), 'direct', 5, now() FROM devices WHERE right(serial, 1) IN ('8', '9');
INSERT INTO activation_keys (ledger, key_digest, key_hint, lots, order_number, issued_sequence, issued)
SELECT 0, lpad(to_hex(n), 64, '0'), lpad(to_hex(n), 4, '0'), '[]', 'PO-' || n % 5, n, now()
  FROM generate_series(1, {KEYS}) AS n;
INSERT INTO entries
SELECT 0, n, '2026-01-01'::timestamptz + n * interval '1 minute', 'account:a@b', {_TYPE}, repeat('0', 64), 'test',
       'devices/{CROWDED}', ARRAY['{ADRIA}'], NULL, ARRAY['{HOTEL}'],
       ARRAY[CASE WHEN n % 5 = 0 THEN '{CROWDED}' ELSE {_SERIAL} END]
  FROM generate_series(1, {ENTRIES}) AS n;
INSERT INTO movements (ledger, sequence, line, account, license_type, units, held, time, actor, event_type, command_id)
SELECT 0, n, 0, {_ACCOUNT}, 'Port11', 1, 1, now(), {_CAUSE}
  FROM generate_series(1, {ENTRIES}) AS n;
INSERT INTO movements (ledger, sequence, line, account, license_type, units, held, time, actor, event_type, command_id)
SELECT 0, n, 1, 'device/{CROWDED}', 'Port11', 1, 1, now(), {_CAUSE}
  FROM generate_series(1, {ENTRIES}, 5) AS n;
INSERT INTO movements (ledger, sequence, line, account, license_type, units, held, time, actor, event_type, command_id)
SELECT 0, n, 2, 'project/{LATE}', 'Port11', 1, 1, now(), {_CAUSE}
  FROM generate_series({ENTRIES} - 1000, {ENTRIES}) AS n;
INSERT INTO subject_entries SELECT 0, 'projects/{LATE}', n, {_TYPE}
  FROM generate_series({ENTRIES} - 1000, {ENTRIES}) AS n;
INSERT INTO subject_entries
SELECT 0, subject, n, {_TYPE} FROM generate_series(1, {ENTRIES}) AS n
 CROSS JOIN unnest(ARRAY['projects/{HOTEL}', 'companies/{ADRIA}', 'devices/{CROWDED}']) AS subject;
INSERT INTO subject_entries SELECT 0, 'companies/{FORMER}', n, {_TYPE} FROM generate_series(1, {ENTRIES}, 10) AS n;
INSERT INTO predecessors VALUES (0, '{ADRIA}', '{FORMER}'), (0, '{ADRIA}', '{derived_id("other", "company")}');
INSERT INTO predecessors SELECT 0, {_NUMBERED.format("n")}, {_NUMBERED.format("n + 1")}
  FROM generate_series(0, {STRANGERS - 2}) AS n;
INSERT INTO balances SELECT 0, project, 'Port11', 'pbx', 1 FROM projects;
INSERT INTO device_offers
SELECT 0, serial, company, project, '{GUESTS_COMPANY}', sequence, now() FROM devices
 WHERE company = '{ADRIA}' AND project <> '{HOTEL}' AND right(serial, 1) = '1';
INSERT INTO claim_codes (ledger, code_digest, project, code_hint, expires, sequence, time)
SELECT 0, lpad(to_hex(n), 64, '0'), CASE WHEN n % 2 = 0 THEN '{HOTEL}' ELSE '{default_project_of(BORA)}' END, 'K3YZ',
       now(), n, now() FROM generate_series(1, {CODES}) AS n;
INSERT INTO blocks
SELECT 0, 'devices/' || serial, company, 'Stolen.', 'case', sequence, now(), r, r, l, t
  FROM devices, LATERAL (SELECT * FROM (VALUES ('Found.', 1000000, now())) AS lifted (r, l, t) WHERE sequence % 10 <> 0
                          UNION ALL SELECT NULL, NULL, NULL LIMIT 1) AS lifted
 WHERE sequence <= {BLOCKS} AND company <> '{SMALL}';
INSERT INTO replacements
SELECT 0, '00903e' || lpad(to_hex(n), 6, '0'), {_SERIAL}, 'RMA-' || n, {_COMPANY}, {_PROJECT},
       'Broken.', false, '[]', n, now()
  FROM generate_series(1, {REPLACEMENTS}) AS n;
INSERT INTO delivered_devices SELECT 0, serial, 'IP811', '2026-05-20', 12, sequence FROM devices;
INSERT INTO delivered_devices SELECT 0, serial, 'IP811', '2026-05-21', 12, sequence + {DEVICES} FROM devices;
INSERT INTO warranties SELECT 0, serial, 12, '2027-05-20', sequence + {DEVICES} FROM devices;
INSERT INTO license_totals SELECT 0, 'projects/' || project, 'Port11', 'pbx', 1, 0, 9, 3 FROM projects;
INSERT INTO license_totals SELECT 0, 'companies/' || company, 'Port11', 'pbx', 1, 0, 9, 3 FROM companies;
INSERT INTO device_totals SELECT 0, owner, 9 FROM license_totals;
INSERT INTO expirations
SELECT 0, serial, kind, company, project, serial, NULL, {_DAY.format("hashtext(serial) & 1023")}, NULL, sequence
  FROM devices CROSS JOIN unnest('{{warranty,test_licenses}}'::text[]) AS kind;
INSERT INTO expirations
SELECT 0, project, 'software_service', company, project, NULL, NULL, {_DAY.format("sequence % 1024")}, NULL, sequence
  FROM projects WHERE archived IS NULL;
INSERT INTO expirations
SELECT 0, code_digest, 'claim_code', company, project, NULL, code_hint, {_DAY.format("c.sequence % 1024")}, NULL,
       c.sequence
  FROM claim_codes AS c JOIN projects USING (ledger, project);
UPDATE activation_keys SET company = '{ADRIA}', project = '{HOTEL}', redeemed_sequence = issued_sequence,
       redeemed = issued WHERE issued_sequence % 3 = 0;
UPDATE entries SET command_id = lpad(to_hex(sequence), 64, '0');
INSERT INTO position VALUES (0, {ENTRIES}, {ENTRIES}, repeat('0', 64))"""


_FILL_TEXTS = f"""
INSERT INTO texts.staff_texts (ledger, command_id, member, digest, salt, text, confirmed)
SELECT 0, lpad(to_hex(n), 64, '0'), 'reference', 'sha256:' || n, '', 'CASE-2026-' || n, true
  FROM generate_series(1, {ENTRIES}) AS n;
INSERT INTO texts.labels (ledger, project, kind, id, company, place, searched, changed_by)
SELECT 0, project, 'device', serial, company, 'Shelf ' || sequence, E'\n' || 'shelf ' || sequence || E'\n',
       'account:a@b'
  FROM ledger.devices;
INSERT INTO texts.labels (ledger, project, kind, id, company, own_name, searched, changed_by)
SELECT 0, project, 'project', project, company, 'Site ' || sequence, 'site ' || sequence || E'\n\n', 'account:a@b'
  FROM ledger.projects"""


_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
 WHERE relnamespace = $1::regnamespace AND NOT indisunique"""


async def fill(url: str) -> None:
    """Make the tables and their rows, and let the planner know."""
    async with connected(as_role(url, "ledger-projector")) as connection:
        await database.migrate(connection)
        async with _indexes_at_the_end(connection, "ledger"):
            await connection.execute(_FILL)
        await connection.execute("VACUUM ANALYZE")
    async with connected(url) as connection:
        async with _indexes_at_the_end(connection, "texts"):
            await connection.execute(_FILL_TEXTS)
        await connection.execute("INSERT INTO activity.device_sightings SELECT 0, serial, now() FROM ledger.devices")
        await connection.execute("VACUUM ANALYZE texts.staff_texts, texts.labels, activity.device_sightings")


@asynccontextmanager
async def _indexes_at_the_end(connection: Any, schema: str) -> AsyncGenerator[None]:
    """Make those of a schema anew when all rows are there: that takes a third of the time."""
    indexes = await connection.fetch(_INDEXES, schema)
    await connection.execute("; ".join(f"DROP INDEX {index['name']}" for index in indexes))
    yield
    await connection.execute("; ".join(index["definition"] for index in indexes))
