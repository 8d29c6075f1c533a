"""Letters that wait in the real database: for one process at a time, sealed, and safe from a portal that is killed."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dev.npm import readers
from dev.stack.mail import MailSink, letters
from dev.stack.settings import environment
from portal.adapters.factor_keys import FactorKeys
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.database import TABLES
from portal.adapters.postgres.letters import PostgresTokens
from portal.adapters.postgres.outbox import PostgresOutbox
from portal.application.accounts import Account
from portal.application.letters import LIFE, Letter, Message
from portal.application.outbox import LEASE, Taken
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.databases import as_role
from tests.support.killed import Killed, running
from tests.support.ledger.projector_at_work import database_settings, until
from tests.support.plain_http import plain_client
from tests.support.portal import token_of
from tests.support.signer.process import free_port

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
ADA, NOBODY = "ada@example.net", "nobody@example.net"
SECRET = Message("Your account", "https://portal.example/password/a-link-that-works")


def secret_file(path: Path, content: bytes) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    return path


def new_keys(folder: Path) -> Path:
    return secret_file(folder / "factor.keys", secrets.token_hex(32).encode())


@pytest.fixture
async def pool(fresh_database_url: str) -> AsyncIterator[Any]:
    async with TABLES.pool(as_role(fresh_database_url, "portal"), most=4) as pool:
        async with pool.acquire() as connection:
            await TABLES.migrate(connection)
        yield pool


@pytest.fixture
def keys(tmp_path: Path) -> FactorKeys:
    return FactorKeys(new_keys(tmp_path))


async def written(pool: Any, keys: FactorKeys, email: str = ADA, *, is_known: bool = True) -> None:
    letter = Letter("reset", email, secrets.token_hex(8), is_known)
    await PostgresTokens(pool, keys).add(letter, SECRET, NOW)


async def rows(pool: Any) -> str:
    """All that the outbox has, as text."""
    async with pool.acquire() as connection:
        return "\n".join([row[0] for row in await connection.fetch("SELECT o::text FROM outbox AS o")])


async def test_a_letter_is_taken_by_one_process_at_a_time_and_by_another_after_its_lease(
    pool: Any, keys: FactorKeys
) -> None:
    for number in range(20):
        await written(pool, keys, f"p{number}@example.net")
    outbox = PostgresOutbox(pool, keys)
    taken = await asyncio.gather(*(outbox.take(NOW, until=NOW + LEASE, most=4) for _ in range(8)))

    assert sorted(len(some) for some in taken) == [0, 0, 0, 4, 4, 4, 4, 4]
    assert len({one.letter for some in taken for one in some}) == 20
    assert await outbox.take(NOW + LEASE - timedelta(seconds=1), until=NOW + 2 * LEASE, most=4) == []
    again = await outbox.take(NOW + LEASE, until=NOW + 2 * LEASE, most=20)
    assert (len(again), {one.attempt for one in again}) == (20, {2})


async def test_one_that_another_process_is_taking_is_passed_over(pool: Any, keys: FactorKeys) -> None:
    await written(pool, keys)
    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT letter FROM outbox FOR UPDATE")
        async with asyncio.timeout(5):
            assert await PostgresOutbox(pool, keys).take(NOW, until=NOW + LEASE, most=4) == []


async def test_a_letter_lies_sealed_and_is_gone_once_it_is_sent(pool: Any, keys: FactorKeys, tmp_path: Path) -> None:
    await written(pool, keys)
    said = await rows(pool)
    assert ADA in said
    assert "link" not in said
    assert SECRET.text.encode().hex() not in said

    outbox = PostgresOutbox(pool, keys)
    (one,) = await outbox.take(NOW, until=NOW, most=4)
    assert one == Taken(one.letter, ADA, SECRET, 1)
    (tmp_path / "other").mkdir()
    (unread,) = await PostgresOutbox(pool, FactorKeys(new_keys(tmp_path / "other"))).take(NOW, until=NOW, most=4)
    assert (unread.letter, unread.message) == (one.letter, None)
    await outbox.forget(one.letter)
    assert await rows(pool) == ""


async def test_a_letter_that_somebody_addresses_to_another_reader_is_not_opened(pool: Any, keys: FactorKeys) -> None:
    await written(pool, keys)
    async with pool.acquire() as connection:
        await connection.execute("UPDATE outbox SET email = $1", NOBODY)

    (one,) = await PostgresOutbox(pool, keys).take(NOW, until=NOW, most=4)
    assert (one.email, one.message) == (NOBODY, None)


async def test_a_letter_waits_while_its_link_works_and_goes_with_its_account(pool: Any, keys: FactorKeys) -> None:
    outbox, accounts = PostgresOutbox(pool, keys), PostgresAccounts(pool)
    await accounts.add(Account("ada", ADA, "Ada", "en"), "hash")
    await written(pool, keys)
    await written(pool, keys, "bob@example.net")
    await written(pool, keys, NOBODY, is_known=False)
    assert await outbox.waiting() == (2, NOW)
    await accounts.erase(ADA, NOW)
    assert ADA not in await rows(pool)

    assert await outbox.sweep(NOW + LIFE - timedelta(seconds=1)) == 0
    assert await outbox.take(NOW + LIFE, until=NOW + LIFE, most=4) == []
    assert await outbox.sweep(NOW + LIFE) == 1
    assert await outbox.waiting() == (0, None)


@asynccontextmanager
async def a_server_that_never_takes_a_letter(port: int) -> AsyncGenerator[asyncio.Event]:
    """It greets, and says nothing more once it was given a letter, as its event says."""
    given = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                given.set()
                break
            writer.write(b"250 mail.example\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield given
    finally:
        server.close()


def a_portal(folder: Path, database_url: str, *, port: int, mail: int) -> Killed:
    """The portal as a process, before APIs that are away."""
    token_key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    away = "http://127.0.0.1:1"
    said = database_settings(database_url, folder, "portal") | {
        "portal_port": port,
        "portal_url": f"http://localhost:{port}",
        "admin_port": free_port(),
        "ledger_url": away,
        "rma_url": away,
        "audio_url": away,
        "token_key_file": secret_file(folder / "token.pem", token_key),
        "token_issuer": "https://portal.example",
        "second_factor_key_file": new_keys(folder),
        "htmx_file": readers.htmx(),
        "smtp_server": f"127.0.0.1:{mail}",
        "log_level": "warning",
    }
    return Killed("portal", environment(said), folder / "portal.log")


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/register")).status_code == 200
    except httpx.TransportError:
        return False


def letters_to(folder: Path, email: str) -> list[EmailMessage]:
    return [one for one in letters(folder) if one["To"] == email]


async def test_a_portal_that_is_killed_while_it_sends_a_letter_loses_none(
    fresh_database_url: str, tmp_path: Path
) -> None:
    port, mail = free_port(), free_port()
    portal = a_portal(tmp_path, fresh_database_url, port=port, mail=mail)
    async with plain_client(f"http://localhost:{port}") as client, running(portal):
        await until(lambda: answers(client))
        async with a_server_that_never_takes_a_letter(mail) as given:
            form = {FORM_TOKEN: token_of(await client.get("/register")), "email": ADA}
            asked = await client.post("/register", data=form)
            assert (asked.status_code, "Look into your mail" in asked.text) == (200, True)
            async with asyncio.timeout(20):
                await given.wait()
            await portal.end()

        sink = MailSink(tmp_path, port=mail, page_port=free_port())
        sink.launch()
        try:
            await asyncio.to_thread(sink.wait, lambda _: None)
            await time_goes_by(fresh_database_url, LEASE)
            await portal.start()
            await until(lambda: arrived(tmp_path))
            await until(lambda: nothing_waits(fresh_database_url))
        finally:
            await portal.end()
            sink.stop()
    (letter,) = letters_to(tmp_path, ADA)
    assert f"http://localhost:{port}/register/" in letter.get_content()


async def arrived(folder: Path) -> bool:
    return bool(letters_to(folder, ADA))


async def time_goes_by(url: str, time: timedelta) -> None:
    connection = await asyncpg.connect(as_role(url, "portal"))
    try:
        assert (
            await connection.execute("UPDATE portal.outbox SET next_try = next_try - $1::interval", time) == "UPDATE 1"
        )
    finally:
        await connection.close()


async def nothing_waits(url: str) -> bool:
    connection = await asyncpg.connect(as_role(url, "portal"))
    try:
        return bool(await connection.fetchval("SELECT count(*) = 0 FROM portal.outbox"))
    finally:
        await connection.close()
