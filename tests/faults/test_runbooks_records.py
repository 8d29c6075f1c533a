"""Runbooks of what lies on the logs and in the database, walked: entries, records of strangers, documents, webhooks."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.access import Grant
from contracts.identifiers import derived_id
from contracts.topics import COMMANDS, LICENSE_FILES, topic_name
from dev.demo.story import Story
from dev.demo.support_cases import CASES
from dev.stack.kafka import ADMINISTRATOR
from dev.stack.kafka.access_requests import CreateRows, DeleteRows, PutUsers, row, send
from dev.stack.keys import Keys
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from runtime.kafka import Connection, Producer
from runtime.kafka.broker_state import AclRow, acl_rows
from simulator.cast import ADMINISTRATOR as PARTNERS_ADMINISTRATOR
from simulator.cast import CLERK, PARTNER, VENDOR
from simulator.help_desk import HelpDesk
from simulator.issuer import Issuer
from tests.support.only_the_signer import append, log_of, of_a_class_that_it_has_not
from tests.support.readiness import until_ready
from tests.support.running import a_stocked_story
from tests.support.walks import Walking

pytestmark = pytest.mark.campaign
REFUSED_OFTEN = 10


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_stocked_story(kit.state) as story:
        yield story


def test_an_entry_that_stops_the_signer_is_set_aside_by_two(kit: Kit, story: Story, walk: Walking) -> None:
    second = derived_id(secrets.token_hex(8), "account")
    story.clerk.post(f"/v1/companies/{VENDOR}/members", {"account": second, "administrator": True})
    token, other = (Issuer(kit.state).mint(account, VENDOR) for account in (CLERK, second))
    known, keys = {"API": _address(kit), "TOKEN": token, "OTHER": other}, [secrets.token_hex(8) for _ in range(2)]
    with walk("LicensingLedgerStopped") as stopped:
        asyncio.run(append(kit, [of_a_class_that_it_has_not(story, asyncio.run(log_of(kit)))]))
        stopped.until_true(lambda labels: labels["ledger"] == "0")
        (*_, why) = stopped.log_lines("kubectl logs -n licensing-signer", "signer", "law_broken")
        said = {"4711": why["sequence"], "5158...": why["entry_hash"], "account_negative": why["law"]}
        propose = "curl -X POST $API/v1/ledger/set-asides -H"
        answer = json.loads(stopped.run(propose, fill=said | {"inc-7": keys[0]}, variables=known))
        approve = "curl -X POST $API/v1/ledger/set-asides/$DECISION"
        stopped.run(approve, fill={"inc-7-ok": keys[1]}, variables=known | {"DECISION": answer["decision"]})
        stopped.until_well()
    until_ready(kit)


def test_a_record_that_nobody_can_read_is_looked_at_and_discarded(kit: Kit, walk: Walking) -> None:
    mark = secrets.token_hex(8)
    with walk("LicensingDeadLetters") as letters:
        asyncio.run(put(kit.broker().connection(ADMINISTRATOR), topic_name(COMMANDS), b"0", mark.encode()))
        letters.until_true(lambda labels: labels["service"] == "ledger-writer")
        lines = letters.run("licensingctl dead-letters list").splitlines()
        (*_, newest) = [line.split() for line in lines if line.startswith("ledger-writer ")]
        offset = {"ledger-writer 17": f"ledger-writer {newest[1]}"}
        assert mark in letters.run("licensingctl dead-letters show", fill=offset)
        letters.run("licensingctl dead-letters discard", fill=offset)
        letters.until_well()


def test_a_stranger_on_a_topic_of_the_signer_is_found_and_loses_his_right(kit: Kit, walk: Walking) -> None:
    stranger, password = "stranger", secrets.token_hex(16)
    right = row(Grant(stranger, "write", "topic", topic_name(LICENSE_FILES)))
    known = kit.broker().connection(ADMINISTRATOR)
    theirs = Connection(known.bootstrap, known.tls, stranger, lambda: password)
    with walk("LicensingForeignSignerRecords") as foreign:
        asyncio.run(_given(kit, right, {stranger: password}))
        asyncio.run(put(theirs, topic_name(LICENSE_FILES), b"0/009033000000", b"<evil/>"))
        foreign.until_true(lambda labels: labels["topic"] == topic_name(LICENSE_FILES))
        differs = foreign.run("licensingctl topics diff", of=ADMINISTRATOR, exits=1)
        assert f"{stranger} may write topic {topic_name(LICENSE_FILES)}" in differs
        asyncio.run(_taken(kit, right))
        foreign.run("licensingctl topics diff", of=ADMINISTRATOR)
        foreign.until_well()


def test_a_document_that_somebody_changed_is_made_again(kit: Kit, story: Story, walk: Walking) -> None:
    story.firmware().sync_to(story.sequence)
    with walk("LicensingDocumentsNotGenuine") as changed:
        asyncio.run(_change_the_file_of(kit, story.serial))
        assert not _has_a_file(kit, story)
        changed.until_true()
        begins = "kubectl logs -n licensing deployment/ledger-api"
        (*_, line) = changed.log_lines(begins, "ledger-api", "document_not_genuine")
        assert line["serial"] == story.serial
        assert "ledger-projector" in changed.run("SELECT DISTINCT grantee").split()
        assert "ledger-api" in changed.run("SELECT usename")
        rebuilt = changed.run("licensingctl rebuild ledger", of="ledger-projector")
        assert "license_files" in rebuilt
        assert _has_a_file(kit, story)
        changed.run("licensingctl rebuild ledger", of="ledger-projector")  # back to where the rows were for other tests
        changed.until_well()


def test_a_help_desk_with_another_key_is_refused_until_it_has_ours(kit: Kit, walk: Walking, tmp_path: Path) -> None:
    theirs = tmp_path / "webhook.keys"
    theirs.write_text(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n", encoding="utf-8")
    wrong, right = HelpDesk(_address(kit), theirs), HelpDesk(_address(kit), Keys(kit.state).support_webhook_keys_file)
    notice = CASES[0].notice(datetime.now(UTC).replace(microsecond=0))
    with walk("LicensingSupportWebhooksRefused") as refused:
        for _ in range(REFUSED_OFTEN):
            assert wrong.tell(notice).json()["code"] == "webhook_signature_invalid"
        refused.until_true()
        begins = "kubectl logs -n licensing deployment/ledger-api"
        (*_, line) = refused.log_lines(begins, "ledger-api", "webhook_refused")
        assert line["code"] == "webhook_signature_invalid"
        assert right.tell(notice).is_success
        refused.until_well()


def _has_a_file(kit: Kit, story: Story) -> bool:
    """Whether the API hands out the device's file; of one that is not genuine it says that there is none yet."""
    head = {"Authorization": f"Bearer {Issuer(kit.state).mint(PARTNERS_ADMINISTRATOR, PARTNER)}"}
    answer = httpx.get(f"{_address(kit)}/v1/devices/{story.serial}/license-file", headers=head, timeout=30)
    assert answer.is_success or answer.json()["code"] == "license_file_not_ready", answer.text
    return answer.is_success


def _address(kit: Kit) -> str:
    return f"http://{HOST}:{kit.ports.port('ledger-api')}"


async def put(connection: Connection, topic: str, key: bytes, value: bytes) -> None:
    async with Producer(connection, client_id="somebody") as producer:
        await producer.send(topic, key, value, partition=0, headers=())


@asynccontextmanager
async def _administrator(kit: Kit) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kit.broker().connection(ADMINISTRATOR).options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _given(kit: Kit, right: AclRow, users: dict[str, str]) -> None:
    async with _administrator(kit) as admin:
        await send(admin, PutUsers(users))
        await send(admin, CreateRows([right]))
        while right not in await acl_rows(admin):
            pass


async def _taken(kit: Kit, right: AclRow) -> None:
    async with _administrator(kit) as admin:
        await send(admin, DeleteRows([right]))
        while right in await acl_rows(admin):
            pass


async def _change_the_file_of(kit: Kit, serial: str) -> None:
    """As the owner of the database, in whichever generation of the rows is the live one."""
    connection = await asyncpg.connect(kit.cluster().url())
    try:
        for (schema,) in await connection.fetch("SELECT schemaname FROM pg_tables WHERE tablename = 'license_files'"):
            changed = f"UPDATE {schema}.license_files SET document = document || '<!-- more -->' WHERE serial = $1"
            await connection.execute(changed, serial)
    finally:
        await connection.close()
