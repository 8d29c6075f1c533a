"""The signer's topics on a running stack, as one sees and writes them who got at the signer's account."""

import asyncio
import re
import urllib.request
from dataclasses import dataclass

from contracts.documents.published import PublishedRecord
from contracts.topics import CHECKPOINTS, Topic, topic_name
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from dev.stack.settings import admin_port_name
from runtime.kafka import Connection, Headers, Producer, partition_for
from tests.support.reading import records_of
from tests.support.waiting import until

_READ = {
    "device-sync": re.compile(r"^licensing_device_sync_records_total.* ([0-9.e+]+)$", re.MULTILINE),
    "ledger-projector": re.compile(
        r"^licensing_(?:projector_documents|dead_letters)_total.* ([0-9.e+]+)$", re.MULTILINE
    ),
}


@dataclass(frozen=True)
class SignersTopics:
    kit: Kit

    def records(self, topic: Topic, key: str) -> list[PublishedRecord]:
        """What lies under a key where it belongs, in order."""
        found = asyncio.run(records_of(self._connection, topic_name(topic), [_home(topic, key)]))
        return [
            PublishedRecord(one.key or b"", one.value or b"", tuple(one.headers))
            for one in found
            if one.key == key.encode()
        ]

    def lay(self, topic: Topic, key: str, value: bytes | None, headers: Headers = (), *, at: str = "") -> None:
        """Any record, in the partition of `at` or of its own key."""
        asyncio.run(self._send(topic, key, value, headers, _home(topic, at or key)))

    def read(self) -> dict[str, float]:
        """How many records of them each reader has dealt with."""
        return {part: sum(map(float, numbers.findall(metrics(self.kit, part)))) for part, numbers in _READ.items()}

    def wait_until_read(self, before: dict[str, float], records: int = 1) -> None:
        """Until each reader has dealt with so many more."""
        until(lambda: all(count >= before[part] + records for part, count in self.read().items()))

    async def _send(self, topic: Topic, key: str, value: bytes | None, headers: Headers, partition: int) -> None:
        async with Producer(self._connection, client_id="somebody") as producer:
            await producer.send(topic_name(topic), key.encode(), value, partition=partition, headers=headers)

    @property
    def _connection(self) -> Connection:
        return self.kit.broker().connection("signer")


def metrics(kit: Kit, part: str) -> str:
    with urllib.request.urlopen(f"http://{HOST}:{kit.ports.port(admin_port_name(part))}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def _home(topic: Topic, key: str) -> int:
    """The partition of a key: that of its serial."""
    return 0 if topic is CHECKPOINTS else partition_for(key.split("/")[1].encode(), topic.partitions)
