"""What brokers have: topics with their settings, and access rights. Asked by who may describe the cluster."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import BrokerResponseError, for_code
from aiokafka.protocol.admin import DescribeAclsRequest

from runtime.kafka.connection import Connection, trouble
from runtime.kafka.records import Partition

ANY, LITERAL, ALLOW = 1, 3, 3
NULL: Any = None
"""In a question: whatever there is."""
RESOURCES = {2: "topic", 3: "group", 4: "cluster", 5: "transactional-id", 6: "delegation-token", 7: "user"}
OPERATIONS = {
    2: "all",
    3: "read",
    4: "write",
    5: "create",
    6: "delete",
    7: "alter",
    8: "describe",
    9: "cluster-action",
    10: "describe-configs",
    11: "alter-configs",
    12: "idempotent-write",
    13: "create-tokens",
    14: "describe-tokens",
    15: "two-phase-commit",
}
PATTERNS = {LITERAL: "literal", 4: "prefixed"}
AclRow: TypeAlias = tuple[int, str, int, str, str, int, int]
"""Kind and name of the resource, how the name is meant, user, host, operation, and whether it is allowed."""


class NotAllowed(Exception):  # noqa: N818 - states the world
    """The brokers do not tell this user."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it is: `config` has what was set and the broker's defaults."""

    name: str
    partitions: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """An access right as it is, in Kafka's words; a name is `literal` (where * is every name) or `prefixed`."""

    user: str
    operation: str
    resource: str
    name: str
    pattern: str = "literal"
    host: str = "*"
    is_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a consumer group: how the group knows it, as what and from where it came, and what is its own."""

    member: str
    client: str
    host: str
    partitions: frozenset[Partition]


class BrokerState:
    """Asks brokers what they have. Raises Trouble while none answers, NotAllowed where the user may not see it."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self._admin = admin

    @classmethod
    @asynccontextmanager
    async def of(cls, connection: Connection) -> AsyncGenerator[Self]:
        admin = AIOKafkaAdminClient(**connection.options())
        try:
            async with trouble("connecting to the brokers"):
                await admin.start()
            yield cls(admin)
        finally:
            await admin.close()

    async def topics(self, prefix: str) -> list[TopicState]:
        """All whose names begin so, in the order of their names."""
        async with trouble("asking for topics"):
            names = sorted(name for name in await self._admin.list_topics() if name.startswith(prefix))
            described = await self._admin.describe_topics(names) if names else []
            partitions = {one["topic"]: len(one["partitions"]) for one in described}
            config = await self._config(names) if names else {}
        return [TopicState(name, partitions[name], config[name]) for name in names]

    async def rights(self) -> list[Right]:
        """All that there are, in order."""
        async with trouble("asking for access rights"):
            rows = await acl_rows(self._admin)
        return sorted(map(_right, rows))

    async def members(self, group: str) -> list[Member]:
        """Who is in a consumer group, in order; nobody is in one that there is not."""
        async with trouble(f"asking for {group}"):
            answers: Any = await self._admin.describe_consumer_groups([group])
            ((described,),) = [answer.groups for answer in answers]
            _check(described[0], f"the group {group}", None)
        return sorted((_member(one) for one in described[5]), key=lambda one: one.member)

    async def _config(self, names: Collection[str]) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, str]] = {}
        answers: list[Any] = await self._admin.describe_configs(asked)
        for answer in answers:
            for code, message, _, name, entries in answer.resources:
                _check(code, f"the settings of {name}", message)
                found[name] = {entry[0]: entry[1] or "" for entry in entries}
        return found


async def acl_rows(admin: AIOKafkaAdminClient) -> set[AclRow]:
    """All access rights as brokers say them; raises NotAllowed."""
    question: Any = DescribeAclsRequest(ANY, NULL, ANY, NULL, NULL, ANY, ANY)
    answer: Any = await admin._send_to_controller(question)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it has no call for this
    _check(answer.error_code, "access rights", answer.error_message)
    return {(*resource, *acl) for *resource, acls in answer.resources for acl in acls}


def _check(code: int, what: str, message: str | None) -> None:
    error: type[BrokerResponseError] = for_code(code)
    if "Authorization" in error.__name__:
        raise NotAllowed(f"the brokers do not tell this user {what}")
    if code:
        raise error(message)


def _member(row: Any) -> Member:
    member, client, host, _, assignment = row
    held = ConsumerProtocolMemberAssignment.decode(assignment).partitions() if assignment else ()
    return Member(member, client, host, frozenset(Partition(one.topic, one.partition) for one in held))


def _right(row: AclRow) -> Right:
    kind, name, pattern, user, host, operation, permission = row
    return Right(
        user=user.removeprefix("User:"),
        operation=OPERATIONS.get(operation, str(operation)),
        resource=RESOURCES.get(kind, str(kind)),
        name=name,
        pattern=PATTERNS.get(pattern, str(pattern)),
        host=host,
        is_allowed=permission == ALLOW,
    )
