"""Make the declared topics on a broker: `python -m dev.stack.topics BOOTSTRAP`."""

import argparse
import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import BrokerResponseError, for_code

from contracts.topics import PREFIX, TOPICS, Topic, topic_name
from dev.stack.error import StackError

# A broker that has just come up may have no leader to give for a moment.
ATTEMPT_SECONDS = 30.0
PAUSE_SECONDS = 0.2

NO_ERROR, TOPIC_ALREADY_EXISTS = 0, 36


async def create(bootstrap: str, *, prefix: str = PREFIX, ledgers: int = 1) -> list[str]:
    """Make what is missing, widen what has too few partitions, return the names of all. Repeating changes nothing."""
    wanted = {topic_name(topic, prefix): _partitions(topic, ledgers) for topic in TOPICS}
    async with _admin(bootstrap) as admin:
        await _create_missing(admin, prefix, wanted)
        await _widen(admin, wanted)
    return list(wanted)


async def delete(bootstrap: str, names: list[str]) -> None:
    async with _admin(bootstrap) as admin:
        answer: Any = await admin.delete_topics(names)
        _check(answer.topic_error_codes, allowed=())


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _create_missing(admin: AIOKafkaAdminClient, prefix: str, wanted: Mapping[str, int]) -> None:
    named = {topic_name(topic, prefix): topic for topic in TOPICS}
    new = [NewTopic(name, wanted[name], 1, topic_configs=topic.config()) for name, topic in named.items()]
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bootstrap")
    parser.add_argument("--ledgers", type=int, default=1)
    arguments = parser.parse_args()
    names = asyncio.run(create(arguments.bootstrap, ledgers=arguments.ledgers))
    print(f"topics: {len(names)} there")


if __name__ == "__main__":
    main()
