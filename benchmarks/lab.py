"""What the benchmarks share: a broker and a database of their own, processes at work, and topics to fill and read."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks import machine
from contracts.actors import Account
from contracts.commands import CommandRecord
from contracts.topics import COMMANDS, OPERATOR_COMMANDS, OUTCOMES, Topic, topic_name
from dev.stack import places, topics
from dev.stack.cli import Stack
from dev.stack.guard import Guard
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.keys import Keys
from dev.stack.parts import PARTS, Kit
from dev.stack.settings import kafka, settings
from runtime.commands import Prover
from runtime.kafka import Connection, Outgoing, PartitionTail, Producer, Record, partition_for

ADDRESS = "bench-0"
CHUNK = 500
STOP_SECONDS = 30
PATIENCE_SECONDS = 180.0
"""How long a benchmark waits for what it set in motion."""
IDLE_CORES, LOOK_SECONDS = 0.75, 1.0
"""A stack that is idle uses less, also on a slow machine; each process that catches up takes a core, if it gets one."""
INFRASTRUCTURE = ("kafka", "postgres")
SNAPSHOTS = "LICENSING_SNAPSHOT_FOLDER"
USERS = "topics"
"""The step that makes the broker's users."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One run: where things are, and how big the benchmarks are to be (1 is the full size)."""

    kit: Kit
    scale: float

    @property
    def broker(self) -> Broker:
        return self.kit.broker()

    @property
    def connection(self) -> Connection:
        """To put things on topics, and to read them, whoever writes and reads them elsewhere."""
        return self.broker.connection(ADMINISTRATOR)

    def sized(self, full: int) -> int:
        """So many in the full form, fewer in the short one."""
        return max(1, int(full * self.scale))

    async def fresh_topics(self, prefix: str, ledgers: int = 1) -> str:
        """Make the declared topics under a prefix; they stay for benchmarks that read what this one wrote."""
        await topics.create(self.broker, prefix=prefix, ledgers=ledgers)
        return prefix

    def infrastructure_on(self, core: int | None) -> None:
        """Keep broker and database on one core, or let them go where they like."""
        for part in (self.kit.broker(), self.kit.cluster()):
            for pid in with_children(part.process.pid):
                machine.roam(pid) if core is None else machine.place(pid, core)

    @contextmanager
    def process(
        self,
        *argv: str,
        environment: Mapping[str, str],
        core: int | None = machine.MEASURED,
        snapshots: Path | None = None,
    ) -> Generator["subprocess.Popen[bytes]"]:
        """A console script of ours at work on `core`, in its own role, until the block ends; it logs to a file.

        A writer takes no snapshots without a folder for them: each benchmark has logs of its own.
        """
        log = self.kit.state / "log" / f"{argv[0]}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        program = (str(Path(sys.executable).with_name(argv[0])), *argv[1:])
        known = {"PATH": os.environ["PATH"], "LICENSING_ADMIN_PORT": "0"} | kafka(argv[0], self.kit.stack())
        with log.open("ab") as out:
            process = subprocess.Popen(
                (*machine.pinned(core), *program),
                env=known | _with_snapshots(environment, snapshots),
                stderr=out,
                stdout=out,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    @contextmanager
    def writer(
        self,
        prefix: str,
        *,
        generations: Path | None = None,
        core: int | None = machine.MEASURED,
        ledgers: int = 1,
        admin_port: int = 0,
    ) -> Generator["subprocess.Popen[bytes]"]:
        """A writer at work on the topics of a prefix, which believes the senders of this stack.

        `generations` is a file with the authority of later generations, where it is not the stack's own.
        """
        Keys(self.kit.state).prepare()
        environment = settings("ledger-writer", self.kit.stack()) | {
            "LICENSING_TOPIC_PREFIX": prefix,
            "LICENSING_ADMIN_PORT": str(admin_port),
            "LICENSING_LEDGERS": str(ledgers),
        }
        if generations:
            environment["LICENSING_GENERATION_CA_FILE"] = str(generations)
        with self.process("ledger-writer", environment=environment, core=core) as process:
            yield process

    async def send(self, producer: Producer, commands: Iterable[CommandRecord], prefix: str) -> int:
        """Put commands of accounts on their topic, each proven, and say how many."""
        records = list(self._proven(commands))
        await append_records(producer, topic_name(COMMANDS, prefix), records)
        return len(records)

    async def found(self, producer: Producer, founding: CommandRecord, prefix: str) -> None:
        """Found the ledger by a writer that is at work, and return when it is founded."""
        await append_records(producer, topic_name(OPERATOR_COMMANDS, prefix), list(self._proven([founding])))
        await outcomes(self.connection, prefix, 1)

    def _proven(self, commands: Iterable[CommandRecord]) -> Iterable[Outgoing]:
        keys = Keys(self.kit.state)
        keys.prepare()
        prover = Prover.from_file(keys.writer_key)
        token = cache(keys.issuer.mint)
        for command in commands:
            actor = command.actor
            evidence = token(actor.account, actor.company) if isinstance(actor, Account) else ""
            value = command.json_bytes()
            yield b"0", value, prover.key_for(evidence).prove(0, value)

    @asynccontextmanager
    async def whole_system(self, *names: str) -> AsyncGenerator[Kit]:
        """Every process of the local stack, the ledger founded, or those named; only broker and database go on then."""
        await asyncio.to_thread(Stack(self.kit.state, say=_quiet).up, names)
        try:
            yield Kit(self.kit.state)  # it knows the ports that were chosen just now
        finally:
            for part in reversed(PARTS):
                if part.name not in INFRASTRUCTURE:
                    await asyncio.to_thread(self.kit.make(part).stop)

    async def until_idle(self, kit: Kit) -> None:
        """Wait until the stack has done what follows from earlier work: rows, license files, copies at the boxes' door.

        TimeoutError if it does not end.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                before = _cpu_seconds(kit)
                await asyncio.sleep(LOOK_SECONDS)
                if _cpu_seconds(kit) - before < IDLE_CORES * LOOK_SECONDS:
                    return


def _with_snapshots(environment: Mapping[str, str], folder: Path | None) -> dict[str, str]:
    others = {name: value for name, value in environment.items() if name != SNAPSHOTS}
    return others if folder is None else others | {SNAPSHOTS: str(folder)}


@contextmanager
def opened(scale: float) -> Generator[Lab]:
    """Broker and database under a folder that goes with the run, however it ends."""
    state = places.STATE / "bench" / secrets.token_hex(4)
    state.mkdir(parents=True)
    with Guard(state):
        stack = Stack(state, say=_quiet)
        stack.up((*INFRASTRUCTURE, USERS))
        try:
            yield Lab(Kit(state), scale)
        finally:
            stack.down()


async def append(producer: Producer, topic: str, values: Sequence[bytes]) -> None:
    """Append values to partition 0, a chunk at a time, as the writer does."""
    await append_records(producer, topic, [(b"0", value, ()) for value in values])


async def append_records(producer: Producer, topic: str, records: Sequence[Outgoing]) -> None:
    """The same of whole records."""
    for at in range(0, len(records), CHUNK):
        await producer.send_many(topic, 0, records[at : at + CHUNK])


async def outcomes(connection: Connection, prefix: str, count: int) -> list[Record]:
    """The first `count` outcomes for this run's address."""
    return await read(connection, OUTCOMES, prefix, count, partition_for(ADDRESS.encode(), OUTCOMES.partitions))


async def outcome_count(connection: Connection, prefix: str) -> int:
    """How many outcomes there are for this run's address now."""
    partition = partition_for(ADDRESS.encode(), OUTCOMES.partitions)
    async with PartitionTail(connection, topic_name(OUTCOMES, prefix), partition, 0) as tail:
        return await tail.end_offset()


async def read(connection: Connection, topic: Topic, prefix: str, count: int, partition: int = 0) -> list[Record]:
    """The first `count` records of a partition; TimeoutError when they do not come."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with PartitionTail(connection, topic_name(topic, prefix), partition, 0) as tail:
        while len(found) < count:
            found += await tail.next_batch()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic.name} has {len(found)} of {count} records")
    return found


def _cpu_seconds(kit: Kit) -> float:
    """What all processes of a stack have used so far; a backend of the database may end meanwhile."""
    seconds = 0.0
    for pid in (pid for part in PARTS for pid in with_children(kit.make(part).process.pid)):
        with suppress(FileNotFoundError, ProcessLookupError):
            seconds += machine.cpu_seconds(pid)
    return seconds


def with_children(pid: int | None) -> Iterable[int]:
    if pid is None:
        return
    yield pid
    yield from (int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def _quiet(_: str) -> None:
    """Benchmarks print figures only."""
