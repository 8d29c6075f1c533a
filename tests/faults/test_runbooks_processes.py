"""Runbooks of processes, walked: clocks, what they wait for, programs that they run, boxes, and error budgets."""

import asyncio
import secrets
import socket
import ssl
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.documents.device_certificate import make_authority
from dev.demo.story import Story
from dev.monitoring.objectives import OBJECTIVES
from dev.stack.keys import Keys
from dev.stack.mail import letters
from dev.stack.parts import PARTS, Kit, Runnable
from dev.stack.ports import HOST
from dev.stack.service import ServiceProcess
from dev.stack.settings import admin_port_name, settings
from portal.entrypoints.web.forms import FORM_TOKEN
from simulator.box import Box
from simulator.pki import Pki, now, write_certificate, write_key
from tests.support.announcing import is_spoken, speak
from tests.support.moved_clock import MovedClock
from tests.support.portal import token_of
from tests.support.prometheus import alert
from tests.support.readiness import until_ready
from tests.support.runbooks import table_row
from tests.support.running import a_stocked_story
from tests.support.walks import Walking

pytestmark = pytest.mark.campaign
BUDGETS = "docs/runbooks/error-budget.md"
BEHIND_SECONDS = 180
"""Too far to decide anything, and not so far that the process leaves all ledgers to others."""
BOXES = 25
UNKNOWN = "unable to get local issuer certificate"
AT_ONCE = 2
"""Conversions that the worker has in hand when its program fails: each is begun five times."""
CURL_COULD_NOT_CONNECT = 7
TURNED_AWAY = 'licensing_portal_letters_total{result="turned_away"} > 0'
PATIENCE_SECONDS = 60.0
HANGS = "import time\n\ntime.sleep(600)\n"
FAILS = 'raise SystemExit("no room in the codec")\n'


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_stocked_story(kit.state) as story:
        yield story


def part(kit: Kit, name: str) -> Runnable:
    return next(kit.make(one) for one in PARTS if one.name == name)


def started_again(runnable: Runnable) -> None:
    runnable.stop()
    runnable.launch()
    runnable.wait(print)


@contextmanager
def otherwise(kit: Kit, name: str, changed: dict[str, str]) -> Generator[None]:
    """The process runs with other settings, or in another environment, until the block ends."""
    port = kit.ports.port(admin_port_name(name))
    started_again(
        ServiceProcess(name, kit.state, settings=lambda: settings(name, kit.stack()) | changed, admin_port=port)
    )
    try:
        yield
    finally:
        started_again(part(kit, name))
        until_ready(kit)


def program(folder: Path, code: str) -> dict[str, str]:
    """What names the worker this program for G.729."""
    file = folder / "g729.py"
    file.write_text(code, encoding="utf-8")
    return {"LICENSING_G729_PROGRAM": str(file)}


def spoken_in_g729(kit: Kit) -> str:
    """The key of an announcement that is asked for."""
    key = secrets.token_hex(8)
    assert speak(kit, key, "g729").status_code == 202
    return key


def knocks(kit: Kit, box: Box) -> str:
    """What a box hears from device-sync: the beginning of an answer, or the alert of TLS."""
    context = ssl.create_default_context(cafile=str(Keys(kit.state).pki.server_ca))
    context.load_cert_chain(box.certificate_file, box.key_file)
    try:
        with (
            socket.create_connection((HOST, kit.ports.port("device-sync")), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            return tls.recv(100).decode()
    except ssl.SSLError as error:
        return str(error.reason)


class NoRoom:
    """What a mail server without room answers to a letter."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "452 4.3.1 Insufficient system storage"


@contextmanager
def no_room_for_letters(port: int) -> Generator[None]:
    """A mail server that greets, and keeps nothing."""
    server = Controller(NoRoom(), hostname=HOST, port=port)
    server.start()
    try:
        yield
    finally:
        server.stop()


def letter_asked_for(portal: httpx.Client) -> tuple[int, str]:
    """How the portal answers who wants to register, and for which address that is."""
    address = f"{secrets.token_hex(6)}@example.net"
    form = {FORM_TOKEN: token_of(portal.get("/register")), "email": address}
    return portal.post("/register", data=form).status_code, address


def until_turned_away(portal: httpx.Client) -> set[str]:
    """Ask until the portal has seen that the server is away; the addresses whose letters wait."""
    waiting, deadline = set[str](), time.monotonic() + PATIENCE_SECONDS
    while (asked := letter_asked_for(portal))[0] == 200:
        waiting.add(asked[1])
        assert time.monotonic() < deadline
        time.sleep(1)
    assert asked[0] == 503
    return waiting


def a_new_factory(folder: Path) -> Pki:
    """One that signs boxes by an authority of another name."""
    factory, key = Pki(folder), ec.generate_private_key(ec.SECP256R1())
    factory.make()
    write_key(factory.device_ca_key, key)
    write_certificate(factory.device_ca, make_authority(key, "Another factory CA", not_before=now()))
    return factory


def test_a_writer_whose_clock_is_behind_is_named_until_it_is_right(
    kit: Kit, story: Story, walk: Walking, tmp_path: Path
) -> None:
    clock = MovedClock(tmp_path)
    with (
        otherwise(kit, "ledger-writer", clock.environment),
        ThreadPoolExecutor() as pool,
        walk("LicensingWriterClockBehind") as behind,
    ):
        clock.set(-BEHIND_SECONDS)
        asked = pool.submit(story.partner.create_project, project_name=secrets.token_hex(8))
        behind.until_true(lambda labels: labels["ledger"] == "0")
        assert "s behind its last entry" in behind.run("licensingctl status pods", exits=1)
        assert not asked.done()
        clock.set(0)
        behind.until_well()
        assert asked.result()["sequence"] > 0


def test_a_process_without_its_database_says_so_until_there_is_one(kit: Kit, walk: Walking) -> None:
    with walk("LicensingProcessNotReady") as waiting:
        kit.cluster().stop()
        waiting.until_true(lambda labels: labels["pod"] == "ledger-projector-0")
        port = kit.ports.port(admin_port_name("ledger-projector"))
        assert "database" in waiting.run("curl localhost:8082/readyz", fill={"8082": port})
        waiting.run("make up PARTS=postgres")
        waiting.until_well()
    until_ready(kit)


def test_a_balance_that_somebody_changed_is_found_and_made_again(kit: Kit, story: Story, walk: Walking) -> None:
    story.firmware().sync_to(story.sequence)
    with (
        otherwise(kit, "ledger-projector", {"LICENSING_COMPARE_SECONDS": "1"}),
        walk("LicensingBalancesDiffer") as differ,
    ):
        asyncio.run(_change_a_balance(kit))
        differ.until_true(lambda labels: labels["ledger"] == "0")
        begins = "kubectl logs -n licensing deployment/ledger-projector"
        (*_, line) = differ.log_lines(begins, "ledger-projector", "balances_differ")
        assert line["count"] == 3  # from its movements, and from what its project and its company have
        rebuilt = differ.run("licensingctl rebuild ledger", of="ledger-projector")
        assert "balances" in rebuilt
        differ.run("licensingctl rebuild ledger", of="ledger-projector")  # back to where the rows were for other tests
        differ.until_well()


def test_boxes_of_an_authority_that_is_not_known_connect_when_it_is(kit: Kit, walk: Walking, tmp_path: Path) -> None:
    ours, factory, both = Keys(kit.state).pki, a_new_factory(tmp_path / "factory"), tmp_path / "device-ca.pem"
    box = Box.make(tmp_path / "box", "0090330a0b0c", pki=factory, license_keys=[Keys(kit.state).license_key])
    both.write_bytes(ours.device_ca.read_bytes())
    with (
        otherwise(kit, "device-sync", {"LICENSING_DEVICE_CA_FILE": str(both)}),
        walk("LicensingDevicesCannotConnect") as cannot,
    ):
        assert {knocks(kit, box) for _ in range(BOXES)} == {"TLSV1_ALERT_UNKNOWN_CA"}
        cannot.until_true()
        begins = "kubectl logs -n licensing deployment/device-sync"
        assert UNKNOWN in {line["reason"] for line in cannot.log_lines(begins, "device-sync", "handshake_failed")}
        known = cannot.run("openssl crl2pkcs7", fill={"DEVICE_CA_FILE": both})
        assert known.count("subject=") == 1
        both.write_bytes(both.read_bytes() + factory.device_ca.read_bytes())
        with otherwise(kit, "device-sync", {"LICENSING_DEVICE_CA_FILE": str(both)}):
            assert knocks(kit, box).startswith("HTTP/1.1 ")
            cannot.until_well()


def test_conversions_wait_for_a_program_that_hangs_until_the_worker_is_ended(
    kit: Kit, walk: Walking, tmp_path: Path
) -> None:
    with walk("LicensingAudioWaits") as waits:
        with otherwise(kit, "audio-worker", program(tmp_path, HANGS)):
            key = spoken_in_g729(kit)
            waits.until_true()
            assert waits.run("SELECT company, count(*)").count("|1|") == 1
            assert waits.run("SELECT worker, count(*)").count("|1|") == 1
        asyncio.run(is_spoken(kit, key, "g729"))
        waits.until_well()


def test_a_program_of_the_worker_that_fails_is_named_by_its_last_words(kit: Kit, walk: Walking, tmp_path: Path) -> None:
    with walk("LicensingAudioProgramsFail") as fails:
        with otherwise(kit, "audio-worker", program(tmp_path, FAILS)):
            for _ in range(AT_ONCE):
                spoken_in_g729(kit)
            fails.until_true()
            begins = "kubectl logs -n licensing deployment/audio-worker"
            (*_, last) = fails.log_lines(begins, "audio-worker", "conversion_program_failed")
            assert "no room in the codec" in str(last["reason"])
        asyncio.run(is_spoken(kit, spoken_in_g729(kit), "g729"))
        fails.until_well()


def test_letters_wait_for_a_mail_server_without_room_until_it_has_some(kit: Kit, walk: Walking) -> None:
    server, port = part(kit, "mail"), kit.ports.port("mail")
    answers, place = "curl --max-time 10 smtp:", {"SMTP_SERVER": f"{HOST}:{port}"}
    with walk("LicensingLettersWait") as waits, httpx.Client(base_url=kit.portal_url) as portal:
        server.stop()
        try:
            with no_room_for_letters(port):
                status, first = letter_asked_for(portal)
                assert status == 200
                waits.until_true()
                begins = "kubectl logs -n licensing deployment/portal"
                (refused, *_) = waits.log_lines(begins, "portal", "letter_not_sent")
                assert "SMTPDataError" in str(refused["reason"])
                assert "Supported commands" in waits.run(answers, fill=place)
            waits.run(answers, fill=place, exits=CURL_COULD_NOT_CONNECT)
            waiting = until_turned_away(portal) | {first}
            waits.prometheus.until(TURNED_AWAY, bool)
            assert int(waits.run("SELECT count(*), min(written)").partition("|")[0]) >= len(waiting)
        finally:
            server.launch()
            server.wait(print)
        waits.run("UPDATE portal.outbox")
        waits.prometheus.until("licensing_portal_letters_waiting", lambda said: [value for _, value in said] == [0])
        waits.until_well()
    assert waiting <= {letter["To"] for letter in letters(kit.state)}


def test_a_budget_that_burns_is_explained_by_what_its_page_asks(kit: Kit, walk: Walking) -> None:
    projector = part(kit, "rma-projector")
    with walk("LicensingErrorBudgetBurnsFast") as fast, walk("LicensingErrorBudgetBurns") as steady:
        projector.stop()
        try:
            for burns in (fast, steady):
                burns.until_true(lambda labels: labels["slo"] == "row-freshness")
            for slo in OBJECTIVES:
                assert all(fast.prometheus.ask(query) is not None for query in table_row(BUDGETS, slo.name))
            (_, ready) = table_row(BUDGETS, "row-freshness")
            assert "rma-projector" not in {labels["process"] for labels, _ in fast.prometheus.ask(ready)}
            away = fast.prometheus.ask(alert("LicensingProcessAway")["expr"])
            assert [labels["process"] for labels, _ in away] == ["rma-projector"]
        finally:
            projector.launch()
            projector.wait(print)
        for burns in (fast, steady):
            burns.until_well()


async def _change_a_balance(kit: Kit) -> None:
    """As the owner of the database, in whichever generation of the rows is the live one."""
    connection = await asyncpg.connect(kit.cluster().url())
    try:
        for (schema,) in await connection.fetch("SELECT schemaname FROM pg_tables WHERE tablename = 'balances'"):
            one = f"SELECT ctid FROM {schema}.balances WHERE free > 0 LIMIT 1"
            await connection.execute(f"UPDATE {schema}.balances SET free = free + 1 WHERE ctid = ({one})")
    finally:
        await connection.close()
