"""Who may do what in PostgreSQL: every role, table and privilege, asked of the real one."""

import os
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from audio.adapters.postgres import database as audio_database
from dev.generate.kubernetes import TREE
from dev.stack.postgres import ROLES, Cluster
from ledger.adapters.postgres import database
from portal.adapters.postgres.database import TABLES
from rma.adapters.postgres.database import READ_SIDE
from runtime.postgres.tables import Tables
from tests.support.databases import as_role
from tests.support.rendered import container, named

API, PROJECTOR = "ledger-api", "ledger-projector"
CASES_API, CASES_PROJECTOR = "rma-api", "rma-projector"
PRIVATE = ("staff_texts", "requests", "messages", "attachments", "blobs")
"""What people say and attach, which follows from no log."""
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture
async def tables(database_url: str) -> list[str]:
    """The tables as the projector makes them."""
    connection = await asyncpg.connect(as_role(database_url, PROJECTOR))
    try:
        return await _made(connection, database.READ_SIDE)
    finally:
        await connection.close()


async def _made(connection: Any, made: Tables) -> list[str]:
    await made.migrate(connection)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", made.schema)
    return [f"{made.schema}.{row[0]}" for row in rows]


@pytest.fixture
async def api(database_url: str, tables: list[str]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(as_role(database_url, API))
    yield connection
    await connection.close()


@pytest.fixture
async def projector(database_url: str, tables: list[str]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(as_role(database_url, PROJECTOR))
    yield connection
    await connection.close()


async def test_a_role_has_on_each_table_what_it_needs_and_nothing_else(projector: Any, tables: list[str]) -> None:
    rows = await projector.fetch(
        """SELECT role, name, array_agg(privilege) FILTER (WHERE has_table_privilege(role, name, privilege))
             FROM unnest($1::text[]) AS role, unnest($2::text[]) AS name, unnest($3::text[]) AS privilege
            GROUP BY role, name""",
        ROLES,
        tables,
        PRIVILEGES,
    )

    held = {(role, name): set(privileges or ()) for role, name, privileges in rows}
    wanted = {API: {"SELECT"}, PROJECTOR: set(PRIVILEGES)}
    assert held == {(role, name): wanted.get(role, set()) for role in ROLES for name in tables}


async def test_the_projector_keeps_support_cases_and_reads_no_word_that_people_wrote(
    projector: Any, database_url: str
) -> None:
    tables = [f"support.{name}" for name in ("cases", "texts", "deliveries")]
    connection = await asyncpg.connect(database_url)
    try:
        held = {
            (role, name): {one for one in PRIVILEGES if await connection.fetchval(_HAS, role, name, one)}
            for role in ROLES
            for name in tables
        }
    finally:
        await connection.close()

    keeps = {
        **{(role, "support.cases"): {"SELECT", "INSERT", "UPDATE"} for role in (API, PROJECTOR)},
        **{(API, name): {"SELECT", "INSERT", "UPDATE", "DELETE"} for name in tables[1:]},
        (PROJECTOR, "support.texts"): {"DELETE"},
    }
    assert held == {(role, name): keeps.get((role, name), set()) for role in ROLES for name in tables}
    for column in ("title", "messages"):
        with pytest.raises(REFUSED):
            await projector.fetch(f"SELECT {column} FROM support.texts")


@pytest.mark.parametrize(("role", "table"), [(API, "access_log.accesses"), (CASES_API, "rma_private.accesses")])
async def test_an_api_adds_to_what_staff_has_read_and_takes_nothing_of_the_last_month_away(
    database_url: str, role: str, table: str
) -> None:
    owner, writer = await asyncpg.connect(database_url), await asyncpg.connect(as_role(database_url, role))
    try:
        held = {
            (other, name): {one for one in PRIVILEGES if await owner.fetchval(_HAS, other, name, one)}
            for other in ROLES
            for name in (table,)
        }
        for days in (29, 31):
            await writer.execute(
                f"INSERT INTO {table} (ledger, read_at, account, operation, request_id, asked)"
                f" VALUES (0, now() - interval '{days} days', 'a', 'get', 'r', '{{}}')"
            )
        with pytest.raises(REFUSED):
            await writer.execute(f"UPDATE {table} SET account = 'b'")
        assert await writer.execute(f"DELETE FROM {table}") == "DELETE 1"
        assert await writer.fetchval(f"SELECT count(*) FROM {table}") == 1
    finally:
        await writer.close()
        await owner.close()
    assert held == {(other, table): {"SELECT", "INSERT", "DELETE"} if other == role else set() for other in ROLES}


async def test_the_roles_of_cases_have_their_tables_and_only_the_api_what_people_said(database_url: str) -> None:
    projector = await asyncpg.connect(as_role(database_url, CASES_PROJECTOR))
    connection = await asyncpg.connect(database_url)
    try:
        of_rows = await _made(projector, READ_SIDE)
        of_people = [f"rma_private.{name}" for name in PRIVATE]
        held = {
            (role, name): {one for one in PRIVILEGES if await connection.fetchval(_HAS, role, name, one)}
            for role in ROLES
            for name in (*of_rows, *of_people)
        }
    finally:
        await projector.close()
        await connection.close()

    rows = {CASES_API: {"SELECT"}, CASES_PROJECTOR: set(PRIVILEGES)}
    people = {CASES_API: {"SELECT", "INSERT", "UPDATE", "DELETE"}}
    assert held == {
        (role, name): wanted.get(role, set())
        for names, wanted in ((of_rows, rows), (of_people, people))
        for role in ROLES
        for name in names
    }


async def test_the_roles_of_audio_have_what_their_work_needs(database_url: str) -> None:
    projector = await asyncpg.connect(as_role(database_url, "audio-projector"))
    connection = await asyncpg.connect(database_url)
    try:
        of_rows = await _made(projector, audio_database.READ_SIDE)
        of_work = [f"audio_private.{name}" for name in ("requests", "kept", "claims", "blobs")]
        held = {
            (role, name): {one for one in PRIVILEGES if await connection.fetchval(_HAS, role, name, one)}
            for role in ROLES
            for name in (*of_rows, *of_work)
        }
    finally:
        await projector.close()
        await connection.close()

    keeps: dict[tuple[str, str], set[str]] = {
        **{("audio-projector", name): set(PRIVILEGES) for name in of_rows},
        **{(role, name): {"SELECT"} for role in ("audio-api", "audio-worker") for name in of_rows},
        **{("audio-api", name): {"SELECT", "INSERT", "UPDATE", "DELETE"} for name in of_work},
        ("audio-worker", "audio_private.kept"): {"SELECT", "INSERT", "UPDATE"},
        ("audio-worker", "audio_private.claims"): {"SELECT", "INSERT", "UPDATE"},
        ("audio-worker", "audio_private.blobs"): {"SELECT", "INSERT"},
    }
    assert held == {(role, name): keeps.get((role, name), set()) for role in ROLES for name in (*of_rows, *of_work)}


async def test_only_the_portal_reaches_accounts_and_a_further_migration_keeps_them(database_url: str) -> None:
    portal = await asyncpg.connect(as_role(database_url, "portal"))
    connection = await asyncpg.connect(database_url)
    try:
        of_people = await _made(portal, TABLES)
        reach = {
            (role, name)
            for role in ROLES
            for name in of_people
            if any([await connection.fetchval(_HAS, role, name, one) for one in PRIVILEGES])
        }
        await portal.execute("INSERT INTO portal.companies (company, name) VALUES ('c', 'Adria')")
        await _Further("portal", "portal.adapters.postgres", lock=TABLES.lock).migrate(portal)
        kept = await portal.fetchval("SELECT name FROM portal.companies")
    finally:
        await portal.close()
        await connection.close()

    assert reach == {("portal", name) for name in of_people}
    assert kept == "Adria"


class _Further(Tables):
    """The same tables after one more migration."""

    def migrations(self) -> list[tuple[str, str]]:
        return [*super().migrations(), ("9999_further", "CREATE TABLE portal.further ()")]


_HAS = "SELECT has_table_privilege($1, $2, $3)"


async def test_the_api_reads_every_table_and_changes_none(api: Any, tables: list[str]) -> None:
    for table in tables:
        await api.fetch(f"SELECT * FROM {table} LIMIT 1")
        for change in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(REFUSED):
                await api.execute(change)
    with pytest.raises(REFUSED):
        await api.execute("UPDATE ledger.balances SET free = 9999")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE ledger.mine (n int)",
        "CREATE TABLE public.mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "ALTER TABLE ledger.balances ADD COLUMN mine int",
        "DROP TABLE ledger.balances",
        "DROP SCHEMA ledger CASCADE",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "COPY ledger.balances TO PROGRAM 'true'",
        'SET ROLE "ledger-projector"',
    ],
)
async def test_the_api_makes_and_grants_nothing(api: Any, statement: str) -> None:
    with pytest.raises(REFUSED):
        await api.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (n int)",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "COPY ledger.balances TO PROGRAM 'true'",
        'SET ROLE "licensing"',
    ],
)
async def test_the_projector_has_no_more_than_its_schema(projector: Any, statement: str) -> None:
    with pytest.raises(REFUSED):
        await projector.execute(statement)


async def test_the_projector_alone_says_which_rows_are_live_of_the_two_that_there_may_be(
    api: Any, projector: Any
) -> None:
    assert await api.fetchval("SELECT schema FROM ledger_live.generation") == "ledger"
    for statement in ("UPDATE ledger_live.generation SET schema = 'ledger_2'", "CREATE TABLE ledger_2.mine (n int)"):
        with pytest.raises(REFUSED):
            await api.execute(statement)
    for statement in ("DELETE FROM ledger_live.generation", "CREATE TABLE ledger_live.mine (n int)"):
        with pytest.raises(REFUSED):
            await projector.execute(statement)
    with pytest.raises(asyncpg.CheckViolationError):
        await projector.execute("UPDATE ledger_live.generation SET schema = 'public'")


async def test_the_projector_keeps_sightings_of_devices_and_the_api_reads_them(api: Any, projector: Any) -> None:
    held = await projector.fetch(
        """SELECT name, role, array_agg(privilege) FROM unnest($1::text[]) AS role, unnest($2::text[]) AS privilege,
                  unnest(ARRAY['device_sightings', 'positions']) AS name
            WHERE has_table_privilege(role, 'activity.' || name, privilege) GROUP BY name, role""",
        ROLES,
        PRIVILEGES,
    )
    assert {(name, role): set(privileges) for name, role, privileges in held} == {
        ("device_sightings", PROJECTOR): {"SELECT", "INSERT", "UPDATE"},
        ("positions", PROJECTOR): {"SELECT", "INSERT", "UPDATE"},
        ("device_sightings", API): {"SELECT"},
    }
    with pytest.raises(REFUSED):
        await projector.execute("CREATE TABLE activity.mine (n int)")


@pytest.mark.parametrize("table", ["texts.staff_texts", "texts.labels"])
async def test_only_the_api_reaches_what_people_write(api: Any, projector: Any, table: str) -> None:
    assert await api.fetch(f"SELECT * FROM {table}") == []
    for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}", f"DROP TABLE {table}"):
        with pytest.raises(REFUSED):
            await projector.execute(statement)
    for statement in (f"TRUNCATE {table}", "CREATE TABLE texts.mine (n int)"):
        with pytest.raises(REFUSED):
            await api.execute(statement)


async def test_the_projector_throws_its_tables_away_and_makes_them_again(projector: Any, api: Any) -> None:
    await database.drop(projector)
    with pytest.raises(asyncpg.UndefinedTableError):
        await api.fetch("SELECT * FROM ledger.balances")

    await database.migrate(projector)

    assert await api.fetch("SELECT * FROM ledger.balances") == []


async def test_no_role_of_a_service_is_a_superuser_or_owns_a_database(projector: Any) -> None:
    powers = await projector.fetch(
        """SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
                  OR EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid)
                  OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
             FROM pg_roles WHERE rolname = ANY($1)""",
        ROLES,
    )

    assert sorted(tuple(row) for row in powers) == [(role, False) for role in ROLES]


async def test_a_role_has_a_password_of_its_own(postgres: Cluster, database_url: str) -> None:
    passwords = {postgres.url(role=role).partition("@")[0].rpartition(":")[2] for role in (*ROLES, "licensing")}
    assert len(passwords) == len(ROLES) + 1

    stranger = as_role(database_url, API).replace("ledger-api:", "ledger-projector:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stranger)


async def test_the_job_gives_them_their_rights_as_an_owner_who_is_no_superuser(postgres: Cluster) -> None:
    """As in a cluster: the owner is a member of the roles that the manifest says, and runs what the Job runs."""
    roles = named("local", "Cluster", "licensing")["spec"]["managed"]["roles"]
    members = ", ".join(f'"{name}"' for role in roles for name in role.get("inRoles", ()))
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute(f"CREATE ROLE job LOGIN PASSWORD 'job' IN ROLE {members}")
        await connection.execute("CREATE DATABASE of_the_job OWNER job")
        assert _run_job(postgres) == (0, "")
    finally:
        await connection.execute("DROP DATABASE IF EXISTS of_the_job")
        await connection.execute("DROP ROLE job")
        await connection.close()


def _run_job(postgres: Cluster) -> tuple[int, str]:
    done = subprocess.run(_job(), env=_login(postgres), capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def _job() -> list[str]:
    """Its command, with the file where it lies here."""
    command = container(named("local", "Job", "database-rights"))["command"]
    return [str(TREE / "base/postgres/roles.sql") if word.endswith("roles.sql") else word for word in command]


def _login(postgres: Cluster) -> dict[str, str]:
    host, _, port = postgres.address.partition(":")
    return {
        "PGHOST": host,
        "PGPORT": port,
        "PGDATABASE": "of_the_job",
        "PGUSER": "job",
        "PGPASSWORD": "job",
        "PATH": os.environ["PATH"],
    }
