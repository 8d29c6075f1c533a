"""Let brokers start faster: archive the classes that one loads, `python -m dev.stack.kafka.class_archive`.

Reading and checking classes is a third of the work of a start. `dev/setup.sh` does this once for a set of jars.
"""

import asyncio
import secrets
from pathlib import Path

from dev.stack import places
from dev.stack.guard import Guard
from dev.stack.kafka import jars
from dev.stack.kafka.broker import Broker
from dev.stack.ports import Ports
from dev.stack.topics import create, create_users

STOP_SECONDS = 180.0
"""Java writes the archive when it ends, which takes a busy machine half a minute."""


class _Watched(Broker):
    """A broker that leaves its classes in `file` when it ends."""

    def __init__(self, state: Path, file: Path) -> None:
        ports = Ports(state / "ports.json")
        super().__init__(state, port=ports.port("kafka"), controller_port=ports.port("kafka-controller"))
        self._file = file
        self.process.stop_seconds = STOP_SECONDS

    def _class_archive(self) -> tuple[str, ...]:
        return (f"-XX:ArchiveClassesAtExit={self._file}",) if self.is_formatted() else ()


async def _use(broker: Broker) -> None:
    """Whatever a start is followed by belongs into the archive, too."""
    await create_users(broker)
    await create(broker)


def main() -> None:
    state = places.STATE / "class-archive" / secrets.token_hex(4)
    state.mkdir(parents=True)
    draft = jars.class_archive().with_suffix(f".{state.name}")
    with Guard(state):
        broker = _Watched(state, draft)
        broker.start()
        asyncio.run(_use(broker))
        broker.stop()
    draft.replace(jars.class_archive())


if __name__ == "__main__":
    main()
