"""Start and stop one broker; its data outlives both."""

import base64
import subprocess
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.kafka import jars, probe
from dev.stack.ports import HOST
from dev.stack.process import Process, Program

START_SECONDS = 60.0
STOP_SECONDS = 20.0
FORMAT_SECONDS = 60.0

JVM = (
    "-Xmx512m",
    "-Xshare:auto",
    "-XX:+UseSerialGC",
    f"-Dlog4j2.configurationFile={jars.HERE / 'log4j2.properties'}",
)

# Half of what starting takes is compiling; a broker that lives for minutes is better off without the second compiler.
SHORT_LIVED_JVM = ("-XX:TieredStopAtLevel=1",)

# Tests make and delete many topics; a minute's wait before their files go would let them pile up.
SHORT_LIVED_SETTINGS = {"log.segment.delete.delay.ms": 1000}


class Broker:
    """One broker, its data under `state`. The ports may change between two starts, never while it runs."""

    name = "kafka"

    def __init__(self, state: Path, *, port: int, controller_port: int, short_lived: bool = False) -> None:
        self._port = port
        self._controller_port = controller_port
        self._data = state / "kafka"
        self._config = state / "kafka.properties"
        self._short_lived = short_lived
        self.process = Process(self.name, state, stop_seconds=STOP_SECONDS)

    @property
    def address(self) -> str:
        """The bootstrap address."""
        return f"{HOST}:{self._port}"

    def is_ready(self) -> bool:
        return self.process.is_alive() and probe.serves(self._port)

    def launch(self) -> None:
        """Start it without waiting; the first start also formats its data folder."""
        self._config.parent.mkdir(parents=True, exist_ok=True)
        self._config.write_text(_properties(self._settings() | (SHORT_LIVED_SETTINGS if self._short_lived else {})))
        if not (self._data / "meta.properties").exists():
            self._format()
        self.process.spawn(Program((*self._java(), "kafka.Kafka", str(self._config))))

    def wait(self, progress: Callable[[str], None] = print) -> None:
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)

    def start(self, progress: Callable[[str], None] = print) -> None:
        """Start it and return when it serves."""
        self.launch()
        self.wait(progress)

    def stop(self) -> None:
        """End it in order; everything written stays."""
        self.process.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()

    def _java(self) -> tuple[str, ...]:
        jvm = JVM + SHORT_LIVED_JVM if self._short_lived else JVM
        return ("java", *jvm, "-cp", f"{jars.folder()}/*")

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={self._config}")
        try:
            done = subprocess.run(
                (*self._java(), *command), capture_output=True, text=True, check=False, timeout=FORMAT_SECONDS
            )
        except FileNotFoundError as missing:
            raise StackError("Java is missing; run `make setup`.") from missing
        if done.returncode != 0:
            raise StackError(
                f"Kafka could not format its data folder {self._data}: {done.stdout[-500:]}{done.stderr[-500:]}"
            )

    def _settings(self) -> dict[str, object]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{HOST}:{self._controller_port}",
            "listeners": f"PLAINTEXT://{HOST}:{self._port},CONTROLLER://{HOST}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self._port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self._data,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # A broker that was killed is let in again only when its former self has been silent for this long.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            # Lets a test see a dead group member replaced without waiting the 6 s that a cluster would insist on.
            "group.min.session.timeout.ms": 1000,
        }


def _properties(settings: Mapping[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
