"""What `licensingctl topics diff` says of a real broker."""

import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.access import INSPECTOR, grants
from contracts.topics import CHECKPOINTS, DEAD_LETTERS, LICENSE_FILES, OUTCOMES, PREFIX
from dev.kubernetes.kafka_manifests import users
from dev.stack import topics as stack_topics
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.access_requests import ACTIONS, KINDS, CreateRows, DeleteRows, PutUsers, row, send
from operations.entrypoints.command_line import answered, parser
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Exit
from runtime.kafka.broker_state import ALLOW, LITERAL, AclRow, acl_rows
from tests.support.kafka_topics import KafkaTopics, MakeTopics, topics_on

TOPIC, PREFIXED, ALTER, DENY = 2, 4, 7, 2
_ACTIONS = {"Describe": ACTIONS["describe"], "DescribeConfigs": ACTIONS["describe-configs"]}


async def _diff(topics: KafkaTopics, user: str = ADMINISTRATOR, **more: object) -> tuple[Exit, str]:
    settings = OperationsSettings.model_validate(topics.settings(user) | more)
    return await answered(parser().parse_args(["--output", "json", "topics", "diff"]), settings)


async def _differences(topics: KafkaTopics, **more: Any) -> list[tuple[Any, ...]]:
    code, text = await _diff(topics, **more)
    found = [tuple(one.values()) for one in json.loads(text)["differences"]]
    assert code == (Exit.NOT_WELL if found else Exit.WELL)
    return found


@asynccontextmanager
async def _admin(topics: KafkaTopics) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**topics.connection().options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():
        pass


async def _changed(admin: AIOKafkaAdminClient, *, put: Collection[AclRow] = (), take: Collection[AclRow] = ()) -> None:
    """Return when the broker that answers has followed."""
    if put:
        await send(admin, CreateRows(put))
    if take:
        await send(admin, DeleteRows(take))

    async def followed() -> bool:
        held = await acl_rows(admin)
        return set(put) <= held and not set(take) & held

    await _until(followed)


async def test_what_make_up_makes_is_as_declared(kafka_topics: KafkaTopics) -> None:
    assert await _differences(kafka_topics) == []


async def test_the_users_of_a_further_region_are_those_with_its_name_before_theirs(broker: Broker) -> None:
    async with topics_on(broker, users="us-") as region:
        stranger = ("right", f"us-signer may write topic {region.name(LICENSE_FILES)}", None, "there")
        assert await _differences(region, kafka_user_prefix="us-") == []
        assert stranger in await _differences(region)


async def test_two_ledgers_have_twice_the_partitions_of_a_ledger(make_topics: MakeTopics) -> None:
    two = await make_topics(ledgers=2)

    assert await _differences(two, ledgers=2) == []
    wrong = await _differences(two)
    assert ("partitions", f"{two.prefix}ledger.events", "1", "2") in wrong
    assert {kind for kind, *_ in wrong} == {"partitions"}


async def test_topics_that_are_missing_wide_set_otherwise_or_strangers_are_found(kafka_topics: KafkaTopics) -> None:
    outcomes, checkpoints = kafka_topics.name(OUTCOMES), kafka_topics.name(CHECKPOINTS)
    gone, stranger = kafka_topics.name(DEAD_LETTERS["signer"]), f"{kafka_topics.prefix}stranger"
    await stack_topics.delete(kafka_topics.broker, [gone])
    async with _admin(kafka_topics) as admin:
        await admin.create_topics([NewTopic(stranger, 1, 1)])
        await admin.create_partitions({outcomes: NewPartitions(9)})
        config = CHECKPOINTS.config() | {"retention.ms": "1000"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, checkpoints, config)])
    expected = [
        ("partitions", outcomes, "8", "9"),
        ("config", f"{checkpoints} retention.ms", "-1", "1000"),
        ("topic", gone, "there", None),
        ("topic", stranger, None, "there"),
    ]

    async def found() -> bool:
        return sorted(await _differences(kafka_topics), key=str) == sorted(expected, key=str)

    try:
        await _until(found)
    finally:
        async with _admin(kafka_topics) as admin:
            await admin.create_topics([NewTopic(gone, 1, 1)])
        await stack_topics.delete(kafka_topics.broker, [stranger])


async def test_rights_that_are_missing_or_too_many_are_found_whatever_pattern_gives_them(
    kafka_topics: KafkaTopics,
) -> None:
    prefix = kafka_topics.prefix
    missing = row(next(one for one in grants(prefix) if one.role == "signer" and one.operation == "write"))
    surplus = {
        (TOPIC, kafka_topics.name(OUTCOMES), LITERAL, "User:portal", "*", ALTER, ALLOW),
        (TOPIC, prefix[:6], PREFIXED, "User:stranger", "127.0.0.1", ALTER, ALLOW),
        (TOPIC, "*", LITERAL, "User:stranger", "*", ALTER, DENY),
        (TOPIC, kafka_topics.name(OUTCOMES), LITERAL, "User:inspect", "*", ALTER, ALLOW),
    }
    async with _admin(kafka_topics) as admin:
        await _changed(admin, put=surplus, take=[missing])
        try:
            found = await _differences(kafka_topics)
        finally:
            await _changed(admin, take=surplus)

    assert set(found) == {
        ("right", f"signer may write topic {missing[1]}", "there", None),
        ("right", f"portal may alter topic {kafka_topics.name(OUTCOMES)}", None, "there"),
        ("right", f"stranger may alter topic {prefix[:6]}* from 127.0.0.1", None, "there"),
        ("right", "stranger may not alter topic *", None, "there"),
        ("right", f"inspect may alter topic {kafka_topics.name(OUTCOMES)}", None, "there"),
    }


async def test_who_may_not_describe_the_cluster_is_told_so(kafka_topics: KafkaTopics) -> None:
    code, text = await _diff(kafka_topics, "signer")

    assert code == Exit.REFUSED
    assert text.startswith("licensingctl: the brokers do not tell this user the settings of")


async def test_the_user_of_the_job_that_blocks_an_upgrade_may_see_all_of_it_and_is_no_stranger(
    kafka_topics: KafkaTopics, tmp_path: Path
) -> None:
    prefix, password = kafka_topics.prefix, tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16), encoding="utf-8")
    (inspector,) = (one for one in users() if one["metadata"]["name"] == INSPECTOR)
    rights = {
        (KINDS[acl["resource"]["type"]], *_named(acl["resource"], prefix), user, "*", _ACTIONS[one], ALLOW)
        for user in (f"User:{INSPECTOR}", "User:us-inspect")
        for acl in inspector["spec"]["authorization"]["acls"]
        for one in acl["operations"]
    }
    async with _admin(kafka_topics) as admin:
        await send(admin, PutUsers({INSPECTOR: password.read_text(encoding="utf-8")}))
        await _changed(admin, put=rights)
        try:
            code, text = await _diff(kafka_topics, kafka_username=INSPECTOR, kafka_password_file=password, ledgers=1)
        finally:
            await _changed(admin, take=rights)

    assert (code, json.loads(text)) == (Exit.WELL, {"differences": []})


def _named(resource: dict[str, str], prefix: str) -> tuple[str, int]:
    """The name of a resource of a KafkaUser and how it is meant, here for the prefix of a test."""
    if resource["type"] == "cluster":
        return "kafka-cluster", LITERAL
    assert (resource["name"], resource["patternType"]) == (PREFIX, "prefix")
    return prefix, PREFIXED
