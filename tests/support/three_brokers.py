"""Three brokers and a controller of one cluster, with copies as in production: three, of which two have to answer."""

import secrets
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import EVENTS
from dev.stack import places
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.credentials import Credentials
from dev.stack.ports import HOST, Ports
from tests.support.kafka_topics import KafkaTopics

CONTROLLER = 0
COPIES, IN_SYNC = 3, 2
_OF_BROKERS = ("advertised.listeners", "inter.broker.listener.name")
"""What a node that is a controller alone must not be told."""


class Node(Broker):
    """One of them, with a disk of its own; clients are told of all brokers."""

    def __init__(self, cluster: "ThreeBrokers", number: int) -> None:
        self._folder = cluster.folder / f"node-{number}"
        ports = cluster.ports
        super().__init__(
            self._folder,
            port=ports.port(f"broker-{number}"),
            controller_port=ports.port("controller"),
            short_lived=True,
        )
        self._all, self._number = cluster, number
        self.credentials = Credentials(cluster.folder)

    @property
    def address(self) -> str:
        return ",".join(f"{HOST}:{self._all.ports.port(f'broker-{number}')}" for number in self._all.numbers)

    def is_ready(self) -> bool:
        return self.process.is_alive() if self._number == CONTROLLER else super().is_ready()

    def lose(self) -> None:
        """It is killed, and its disk is empty."""
        self.kill()
        places.remove(self._folder)

    def _cluster(self) -> str:
        return self._all.name

    def _settings(self) -> dict[str, object]:
        controller = f"{HOST}:{self.controller_port}"
        said = super()._settings() | {
            "process.roles": "broker",
            "node.id": self._number,
            "controller.quorum.voters": f"{CONTROLLER}@{controller}",
            "listeners": f"CLIENTS://{HOST}:{self._port}",
            "default.replication.factor": COPIES,
            "min.insync.replicas": IN_SYNC,
            "offsets.topic.replication.factor": COPIES,
            "transaction.state.log.replication.factor": COPIES,
            "transaction.state.log.min.isr": IN_SYNC,
        }
        if self._number != CONTROLLER:
            return said
        alone = {"process.roles": "controller", "listeners": f"CONTROLLER://{controller}"}
        return {name: value for name, value in said.items() if name not in _OF_BROKERS} | alone


class ThreeBrokers:
    """The cluster. `topics` reaches whichever brokers there are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = Ports(folder / "ports.json")
        self.name = secrets.token_urlsafe(16)
        self.numbers = (1, 2, 3)
        self.nodes = {number: Node(self, number) for number in (CONTROLLER, *self.numbers)}
        self.topics = KafkaTopics(self.nodes[1], "three.")

    async def leader(self) -> int:
        """The broker that leads the log of ledger 0."""
        (partition,) = await self._partitions(self.topics.name(EVENTS))
        return int(partition["leader"])

    async def in_sync(self) -> int:
        """How many copies the least copied partition has."""
        return min([len(one["isr"]) for one in await self._partitions()])

    async def brokers(self) -> int:
        """How many there are just now."""
        async with self._admin() as admin:
            return len((await admin.describe_cluster())["brokers"])

    async def _partitions(self, *names: str) -> list[dict[str, Any]]:
        async with self._admin() as admin:
            topics: Sequence[Any] = await admin.describe_topics(list(names) or None)
        return [partition for topic in topics for partition in topic["partitions"]]

    @asynccontextmanager
    async def _admin(self) -> AsyncGenerator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self.topics.connection(ADMINISTRATOR).options())
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


@contextmanager
def three_brokers(folder: Path) -> Generator[ThreeBrokers]:
    """They run when the block begins, and are gone when it ends."""
    cluster = ThreeBrokers(folder)
    try:
        for node in cluster.nodes.values():
            node.launch()
        for node in cluster.nodes.values():
            node.wait(lambda _: None)
        yield cluster
    finally:
        for node in cluster.nodes.values():
            node.kill()
