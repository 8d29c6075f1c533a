"""Make what is declared on a broker, users, topics and access rights: `python -m dev.stack.topics STATE`."""

import argparse
import asyncio
import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import BrokerResponseError, for_code

from contracts.access import grants, roles
from contracts.topics import PREFIX, TOPICS, Topic, topic_name
from dev.stack.error import StackError
from dev.stack.kafka import Broker
from dev.stack.kafka.access_requests import CreateRows, DeleteRows, PutUsers, row, rows_held, send
from dev.stack.kafka.credentials import ADMINISTRATOR
from dev.stack.parts import Kit
from runtime.kafka.broker_state import AclRow

# A broker that has just come up may have no leader to give for a moment.
ATTEMPT_SECONDS = 30.0
PAUSE_SECONDS = 0.05

NO_ERROR, TOPIC_ALREADY_EXISTS = 0, 36


async def create_users(broker: Broker) -> None:
    """Make every role a user with the password that lies in its file."""
    passwords = {role: broker.credentials.password(role) for role in roles()}
    async with _admin(broker) as admin:
        answer = await send(admin, PutUsers(passwords))
        _check(answer.results, allowed=())


async def create(
    broker: Broker,
    *,
    prefix: str = PREFIX,
    users: str = "",
    ledgers: int = 1,
    copies: int = 1,
    topics: Sequence[Topic] = TOPICS,
) -> list[str]:
    """Make missing topics, widen what has too few partitions, give and take rights, return the names of the topics.

    The rights are those of users whose names begin with `users`; with this prefix nobody keeps any on other topics.
    Each new topic lies on so many brokers. Repeating changes nothing.
    """
    named = {topic_name(topic, prefix): topic for topic in topics}
    wanted = {name: _partitions(topic, ledgers) for name, topic in named.items()}
    async with _admin(broker) as admin:
        await _create_missing(admin, named, wanted, copies)
        await _widen(admin, wanted)
        await _grant(admin, prefix, _rights(prefix, users, wanted))
    return list(wanted)


async def delete(broker: Broker, names: list[str]) -> None:
    async with _admin(broker) as admin:
        await _delete(admin, names)


async def delete_all(broker: Broker, prefix: str, topics: Sequence[Topic] = TOPICS) -> None:
    """Delete these topics with this prefix, and all rights on them."""
    async with _admin(broker) as admin:
        await _delete(admin, [topic_name(topic, prefix) for topic in topics])
        await _delete_rows(admin, await rows_held(admin, prefix))


async def _delete(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    answer: Any = await admin.delete_topics(names)
    _check(answer.topic_error_codes, allowed=())


@asynccontextmanager
async def _admin(broker: Broker) -> AsyncGenerator[AIOKafkaAdminClient]:
    known = broker.connection(ADMINISTRATOR).options()
    admin = AIOKafkaAdminClient(**known)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _create_missing(
    admin: AIOKafkaAdminClient, named: Mapping[str, Topic], wanted: Mapping[str, int], copies: int
) -> None:
    new = [NewTopic(name, wanted[name], copies, topic_configs=topic.config()) for name, topic in named.items()]
    deadline = time.monotonic() + ATTEMPT_SECONDS
    while True:
        answer: Any = await admin.create_topics(new)
        try:
            return _check(answer.topic_errors, allowed=(TOPIC_ALREADY_EXISTS,))
        except BrokerResponseError as trouble:
            if not trouble.retriable or time.monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


async def _widen(admin: AIOKafkaAdminClient, wanted: Mapping[str, int]) -> None:
    present = await _led_partitions(admin, list(wanted))
    too_many = [name for name, count in wanted.items() if present[name] > count]
    if too_many:
        raise StackError(f"{', '.join(too_many)}: more partitions than declared, and Kafka cannot take any away.")
    narrow = {name: NewPartitions(count) for name, count in wanted.items() if present[name] < count}
    if narrow:
        answer: Any = await admin.create_partitions(narrow)
        _check(answer.topic_errors, allowed=())


def _rights(prefix: str, users: str, topics: Collection[str]) -> set[AclRow]:
    """The declared rights on these topics, and those on all groups."""
    declared = grants(prefix, users=users)
    return {row(grant) for grant in declared if grant.resource == "group" or grant.name in topics}


async def _grant(admin: AIOKafkaAdminClient, prefix: str, wanted: set[AclRow]) -> None:
    """Make the rights those that are wanted, no fewer and no more.

    Returns when they hold: the broker follows its controller, which has taken them in, a moment later.
    """
    held = await rows_held(admin, prefix)
    await _create_rows(admin, wanted - held)
    await _delete_rows(admin, held - wanted)
    deadline = time.monotonic() + ATTEMPT_SECONDS
    while await rows_held(admin, prefix) != wanted:
        if time.monotonic() > deadline:
            raise StackError(f"The rights did not hold within {ATTEMPT_SECONDS:.0f} s; look at the broker's log.")
        await asyncio.sleep(PAUSE_SECONDS)


async def _create_rows(admin: AIOKafkaAdminClient, rows: Collection[AclRow]) -> None:
    answer = await send(admin, CreateRows(rows))
    _check([(one[1], *result) for one, result in zip(rows, answer.creation_responses, strict=True)], allowed=())


async def _delete_rows(admin: AIOKafkaAdminClient, rows: Collection[AclRow]) -> None:
    answer = await send(admin, DeleteRows(rows))
    _check([(one[1], *result[:2]) for one, result in zip(rows, answer.filter_responses, strict=True)], allowed=())


async def _led_partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The partitions of each topic, once each topic is known and each partition led."""
    deadline = time.monotonic() + ATTEMPT_SECONDS
    while time.monotonic() < deadline:
        topics = await admin.describe_topics(names)
        errors = [partition["error_code"] for topic in topics for partition in topic["partitions"]]
        if not any(errors) and not any(topic["error_code"] for topic in topics):
            return {topic["topic"]: len(topic["partitions"]) for topic in topics}
        await asyncio.sleep(PAUSE_SECONDS)
    raise StackError(f"The topics had no leader within {ATTEMPT_SECONDS:.0f} s; look at the broker's log.")


def _check(errors: list[tuple[str, int, str]], *, allowed: tuple[int, ...]) -> None:
    """The admin client answers with codes and raises nothing: raise for the first that is not allowed."""
    for name, code, *message in errors:
        if code not in (NO_ERROR, *allowed):
            raise for_code(code)(f"{name}: {' '.join(part for part in message if part)}")


def _partitions(topic: Topic, ledgers: int) -> int:
    return topic.partitions * (ledgers if topic.per_ledger else 1)


async def _make_all(broker: Broker, ledgers: int) -> list[str]:
    await create_users(broker)
    return await create(broker, ledgers=ledgers)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.stack.topics", description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--ledgers", type=int, default=1)
    arguments = parser.parse_args()
    names = asyncio.run(_make_all(Kit(arguments.state).broker(), arguments.ledgers))
    print(f"topics: {len(names)} there, with their users and rights")


if __name__ == "__main__":
    main()
