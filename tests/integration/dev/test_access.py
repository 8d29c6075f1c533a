"""Who may do what on the broker: every role, topic and operation, asked of the real one."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import JoinGroupRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from contracts.access import Grant, group_of, roles
from contracts.documents.device_certificate import make_authority
from contracts.topics import EVENTS, OUTCOMES, TOPICS, topic_name
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.access_requests import CreateRows, PutUsers, row, send
from dev.stack.topics import create
from runtime.kafka import Connection, Producer
from runtime.trouble import Trouble
from simulator.pki import now, server_certificate
from tests.support.kafka_topics import KafkaTopics, topics_on

ALLOWED, TOPIC_REFUSED, GROUP_REFUSED, CLUSTER_REFUSED = 0, 29, 30, 31
COORDINATOR_IS_COMING = (14, 15, 16)
NO_INSTANCE: Any = None
WHOEVER_WRITES, WHOEVER_READS = "writers", "readers"


@pytest.fixture(scope="module")
def topics(broker: Broker) -> Iterator[KafkaTopics]:
    """One set for all roles: nobody here changes what another relies on."""
    with asyncio.Runner() as runner:
        made = topics_on(broker)
        yield runner.run(made.__aenter__())
        runner.run(made.__aexit__(None, None, None))


@pytest.fixture(params=roles())
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Asker:
    """Sends single requests in a role and says with which code each thing was answered."""

    def __init__(self, admin: AIOKafkaAdminClient, role: str, topics: KafkaTopics) -> None:
        self.admin, self.role, self.topics = admin, role, topics
        self.names = [topic_name(topic, topics.prefix) for topic in TOPICS]

    def declared(self, who: str) -> set[str]:
        return {topic_name(topic, self.topics.prefix) for topic in TOPICS if self.role in getattr(topic, who)}

    async def write(self) -> dict[str, int]:
        answer = await send(
            self.admin, ProduceRequest(None, -1, 5000, [(name, [(0, _batch())]) for name in self.names])
        )
        return {name: partitions[0][1] for name, partitions in answer.topics}

    async def read(self) -> dict[str, int]:
        wanted = [(name, [(0, 0, 1024)]) for name in self.names]
        answer = await send(self.admin, FetchRequest(0, 0, 1024 * 1024, 0, wanted))
        return {name: partitions[0][1] for name, partitions in answer.topics}

    async def delete(self) -> dict[str, int]:
        answer: Any = await self.admin.delete_topics(self.names)
        return dict(answer.topic_error_codes)

    async def alter(self) -> dict[str, int]:
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "1"}) for name in self.names]
        answer: Any
        (answer,) = await self.admin.alter_configs(wanted)
        return {name: code for code, _, _, name in answer.resources}

    async def join(self, group: str) -> int:
        request = JoinGroupRequest(group, 6000, 6000, "", NO_INSTANCE, "consumer", [("range", b"\0\0\0\0\0\0\0\0\0\0")])
        return int((await send(self.admin, request)).error_code)

    async def commit(self, group: str, topic: str) -> int:
        while True:
            answer = await send(self.admin, OffsetCommitRequest(group, -1, "", -1, [(topic, [(0, 0, "")])]))
            if (code := int(answer.topics[0][1][0][1])) not in COORDINATOR_IS_COMING:
                return code
            with suppress(KafkaError):
                await self.admin.find_coordinator(group)  # the first such question makes the topic of offsets

    async def grant(self) -> int:
        wanted = row(Grant(self.role, "write", "topic", self.topics.prefix + "stranger"))
        return int((await send(self.admin, CreateRows([wanted]))).creation_responses[0][0])

    async def put_user(self) -> int:
        return int((await send(self.admin, PutUsers({ADMINISTRATOR: "mine now"}))).results[0][1])

    async def create(self) -> int:
        answer: Any = await self.admin.create_topics([NewTopic(self.topics.prefix + "stranger", 1, 1)])
        return int(answer.topic_errors[0][1])


def _batch() -> bytes:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1024)
    builder.append(0, None, b"key", b"value", [])
    return bytes(builder.build())


@asynccontextmanager
async def connected(connection: Connection) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**connection.options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def asking(topics: KafkaTopics, role: str) -> AsyncGenerator[Asker]:
    async with connected(topics.connection(role)) as admin:
        yield Asker(admin, role, topics)


@pytest.fixture
async def asker(topics: KafkaTopics, role: str) -> AsyncIterator[Asker]:
    async with asking(topics, role) as asker:
        yield asker


def refused_elsewhere(asker: Asker, allowed: set[str]) -> dict[str, int]:
    """The answers to somebody who may do it on these topics only."""
    return {name: ALLOWED if name in allowed else TOPIC_REFUSED for name in asker.names}


async def test_a_role_writes_and_reads_what_is_declared_and_nothing_else(asker: Asker) -> None:
    assert await asker.write() == refused_elsewhere(asker, asker.declared(WHOEVER_WRITES))
    assert await asker.read() == refused_elsewhere(asker, asker.declared(WHOEVER_READS))


async def test_each_refused_attempt_is_a_line_in_the_log_of_the_broker(topics: KafkaTopics) -> None:
    async with asking(topics, "device-sync") as thief:
        await thief.write()

    refused = "User:device-sync is Denied operation = WRITE from host = 127.0.0.1 on resource = Topic:LITERAL:{}"
    log = topics.broker.process.log.read_text()
    for name in set(thief.names) - thief.declared(WHOEVER_WRITES):
        assert refused.format(name) in log


async def test_no_role_deletes_or_changes_a_topic_or_makes_topics_users_and_rights(asker: Asker) -> None:
    assert await asker.delete() == refused_elsewhere(asker, set())
    assert await asker.alter() == refused_elsewhere(asker, set())
    assert await asker.create() == TOPIC_REFUSED
    assert await asker.grant() == CLUSTER_REFUSED
    assert await asker.put_user() == CLUSTER_REFUSED


async def test_a_role_joins_and_commits_in_no_group_but_its_own(asker: Asker) -> None:
    readable = next(iter(asker.declared(WHOEVER_READS)), asker.names[0])
    for other in roles():
        mine = other == asker.role and asker.declared(WHOEVER_READS)
        group = group_of(other, asker.topics.prefix)
        assert (await asker.join(group) == GROUP_REFUSED) is not bool(mine)
        assert await asker.commit(group, readable) == (ALLOWED if mine else GROUP_REFUSED)


async def test_signer_and_writer_of_a_region_reach_nothing_of_the_other_one(topics: KafkaTopics) -> None:
    users = {f"us-{role}": secrets.token_hex(16) for role in ("signer", "ledger-writer")}
    async with topics_on(topics.broker, users="us-") as other, asking(topics, ADMINISTRATOR) as administrator:
        await send(administrator.admin, PutUsers(users))
        for user, password in users.items():
            role = user.removeprefix("us-")
            stranger = replace(topics.connection(), username=user, password=partial(str, password))
            async with connected(topics.connection(role)) as one, connected(stranger) as two:
                await reaches_its_own_only(Asker(one, role, topics), Asker(one, role, other))
                await reaches_its_own_only(Asker(two, role, other), Asker(two, role, topics))


async def reaches_its_own_only(here: Asker, there: Asker) -> None:
    """The same user, asking for the topics and the group of its own region and of the other one."""
    assert await here.write() == refused_elsewhere(here, here.declared(WHOEVER_WRITES))
    assert await here.read() == refused_elsewhere(here, here.declared(WHOEVER_READS))
    assert await here.join(group_of(here.role, here.topics.prefix)) != GROUP_REFUSED
    assert set((await there.write()).values()) == set((await there.read()).values()) == {TOPIC_REFUSED}
    assert await there.join(group_of(there.role, there.topics.prefix)) == GROUP_REFUSED


async def test_the_administrator_may_do_what_no_role_may(topics: KafkaTopics) -> None:
    async with asking(topics, ADMINISTRATOR) as administrator:
        assert set((await administrator.write()).values()) == {ALLOWED}
        assert set((await administrator.alter()).values()) == {ALLOWED}


async def test_an_outcome_that_another_service_forges_is_trouble_for_the_forger(topics: KafkaTopics) -> None:
    async with Producer(topics.connection("device-sync"), client_id="stolen") as producer:
        with pytest.raises(Trouble, match="TopicAuthorizationFailed"):
            await producer.send(topics.name(OUTCOMES), b"ledger-api-1", b"{}")


async def test_a_right_that_is_declared_no_more_is_taken_away(kafka_topics: KafkaTopics) -> None:
    events = kafka_topics.name(EVENTS)
    async with asking(kafka_topics, ADMINISTRATOR) as administrator:
        await send(administrator.admin, CreateRows([row(Grant("device-sync", "write", "topic", events))]))

    await create(kafka_topics.broker, prefix=kafka_topics.prefix)

    async with asking(kafka_topics, "device-sync") as asker:
        assert (await asker.write())[events] == TOPIC_REFUSED


@pytest.mark.parametrize("user", ["signer", "nobody"])
async def test_a_wrong_password_or_a_stranger_gets_no_connection(broker: Broker, user: str) -> None:
    guess = Connection(broker.address, broker.credentials.tls(), user, lambda: "guess")
    async with Producer(guess, client_id="stranger", delivery_seconds=2) as producer:
        with pytest.raises(Trouble):
            await producer.send("licensing.ledger.commands", b"0", b"{}")


def test_a_connection_without_tls_is_cut(broker: Broker) -> None:
    port = int(broker.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(b"\x00\x00\x00\x12\x00\x03\x00\x01\x00\x00\x00\x01\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")
        assert plain.recv(1) in (b"", b"\x15")  # nothing, or an alert of TLS


@pytest.mark.parametrize("name", [None, "broker", ADMINISTRATOR])
def test_the_controller_lets_in_nobody_without_the_certificate_of_the_broker(
    broker: Broker, name: str | None, tmp_path: Path
) -> None:
    client = broker.credentials.tls()
    if name is not None:
        client.load_cert_chain(_certificate_of_my_own(name, tmp_path))
    with (
        socket.create_connection(("127.0.0.1", broker.controller_port), timeout=10) as plain,
        client.wrap_socket(plain, server_hostname="127.0.0.1") as stranger,
        pytest.raises(ssl.SSLError, match=r"(?i)certificate"),
    ):
        stranger.recv(1)


def _certificate_of_my_own(name: str, folder: Path) -> Path:
    """A certificate with a name that has power, by an authority that the stranger made."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = make_authority(key, "Local broker CA", not_before=now())
    made = server_certificate(name, key, authority, key, (ExtendedKeyUsageOID.CLIENT_AUTH,))
    file = folder / "own.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + made.public_bytes(Encoding.PEM))
    return file
