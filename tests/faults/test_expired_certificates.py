"""The certificate of the broker or of the database runs out: who connects is told, and a new one ends it."""

import asyncio
import os
import shutil
import socket
import ssl
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from dev.stack import secret_files
from dev.stack.parts import PARTS, Kit
from dev.stack.ports import HOST
from dev.stack.postgres import account
from dev.stack.settings import settings
from tests.support.killed import Killed, running
from tests.support.partners_at_work import until
from tests.support.plain_http import answer_of
from tests.support.readiness import readiness, says, until_ready
from tests.support.recovery import entries_of, measured
from tests.support.running import a_stocked_story
from tests.support.server_authority import LASTING, ServerAuthority, show_to_clients
from tests.support.signer.process import free_port

SHORT = [timedelta(seconds=seconds) for seconds in (4, 8, 16, 32, 64)]
"""Kafka takes no certificate over that has ended before it has looked at it, which takes a busy machine its time."""
EXPIRED = "certificate has expired"


@pytest.mark.campaign
async def test_a_writer_that_meets_an_expired_certificate_of_the_broker_waits_for_a_new_one(
    kit: Kit,
) -> None:
    (writer,) = (kit.make(part) for part in PARTS if part.name == "ledger-writer")
    size = await entries_of(kit)
    file = await _runs_out(kit)
    writer.stop()
    writer.launch()
    await until(lambda: EXPIRED in writer.process.log.read_text())
    await until(lambda: says(kit, "ledger-writer", "KafkaConnectionError"))
    _write(kit, file, LASTING)
    broker = kit.broker()
    with measured("the broker's certificate had ended: from its restart with a new one to all ready", size=size):
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(broker.start, lambda _: None)
        await asyncio.to_thread(until_ready, kit)
    with a_stocked_story(kit.state) as story:
        assert story.balance()["Port11"] == 30


async def test_an_api_that_meets_an_expired_certificate_of_the_database_says_so_until_there_is_a_new_one(
    kit: Kit, tmp_path: Path
) -> None:
    folder = account.home(kit.state / "postgres-tls")
    port, admin_port, authority = free_port(), free_port(), ServerAuthority(kit.state)
    known = settings("ledger-api", kit.stack())
    known |= {"LICENSING_API_PORT": str(port), "LICENSING_ADMIN_PORT": str(admin_port)}
    known["LICENSING_DATABASE_URL"] += f"?sslmode=verify-full&sslrootcert={authority.ca_file}"
    api = Killed("ledger-api", known, tmp_path / "api.log")
    await _databases_certificate(kit, folder, timedelta(seconds=-1))
    async with running(api):
        await until(partial(_said, admin_port, 503, f"the certificate of the database is refused: {EXPIRED}"))
        assert readiness(kit, "ledger-api")[0] == 200, "whoever is connected goes on"
        await _databases_certificate(kit, folder, LASTING)
        await until(partial(_said, admin_port, 200, ""))


async def _runs_out(kit: Kit) -> Path:
    """The certificate that the broker shows, which has ended. It stays a file of the broker's."""
    for lasts in SHORT:
        file = kit.state / "short-certificates" / f"{lasts.seconds}.pem"
        _write(kit, file, lasts)
        await show_to_clients(kit.broker(), file)
        await asyncio.sleep(lasts.seconds)
        if _handshake(kit) == EXPIRED:
            return file
    raise AssertionError("the broker was too slow to take a certificate over")


def _write(kit: Kit, file: Path, lasts: timedelta) -> None:
    secret_files.write(file, "".join(ServerAuthority(kit.state).issue(lasts)))


async def _databases_certificate(kit: Kit, folder: Path, lasts: timedelta) -> None:
    key, certificate = folder / "server.key", folder / "server.pem"
    for file, pem in zip((key, certificate), ServerAuthority(kit.state).issue(lasts), strict=True):
        file.touch(mode=0o600)
        shutil.chown(file, account.account() or os.geteuid())
        file.write_text(pem)
    connection = await asyncpg.connect(kit.cluster().url())
    try:
        for name, value in (("ssl_key_file", key), ("ssl_cert_file", certificate), ("ssl", "on")):
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def _handshake(kit: Kit) -> str:
    """What a client says that connects to the broker now."""
    try:
        with (
            socket.create_connection((HOST, kit.ports.port("kafka")), timeout=5) as plain,
            kit.broker().credentials.tls().wrap_socket(plain, server_hostname=HOST),
        ):
            return "connected"
    except ssl.SSLCertVerificationError as error:
        return error.verify_message


def _said(port: int, status: int, words: str) -> bool:
    answered, text = answer_of(f"http://{HOST}:{port}/readyz")
    return answered == status and words in text
