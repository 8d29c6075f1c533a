"""Start and stop one broker; its data outlives both.

Whoever connects proves who they are: users by TLS and SCRAM, the broker to its controller by its certificate. What a
user may do is in `contracts.access`, and `dev.stack.topics` brings it to the broker.
"""

import base64
import subprocess
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from dev.stack import places, secret_files
from dev.stack.error import StackError
from dev.stack.kafka import jars, probe
from dev.stack.kafka.credentials import ADMINISTRATOR, BROKER, Credentials
from dev.stack.ports import HOST
from dev.stack.process import Process, Program
from runtime.kafka import Connection

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

# Tests make and delete many topics; a minute's wait before their files go would let them pile up, and a new index of a
# few records need not be 10 MiB. Eleven threads that wait for requests cost an idle broker a sixth of what it does.
SHORT_LIVED_SETTINGS = {
    "log.segment.delete.delay.ms": 1000,
    "log.index.size.max.bytes": 64 * 1024,
    "num.network.threads": 1,
    "num.io.threads": 2,
}


class Broker:
    """One broker, its data under `state`. The ports may change between two starts, never while it runs."""

    name = "kafka"

    def __init__(self, state: Path, *, port: int, controller_port: int, short_lived: bool = False) -> None:
        self._port = port
        self.controller_port = controller_port
        self.credentials = Credentials(state)
        self._data = state / "kafka"
        self._config = state / "kafka.properties"
        self._short_lived = short_lived
        self.process = Process(self.name, state, stop_seconds=STOP_SECONDS)

    @property
    def address(self) -> str:
        """The bootstrap address."""
        return f"{HOST}:{self._port}"

    def connection(self, user: str) -> Connection:
        """What a client of ours needs to connect as a role, or as the administrator."""
        known = self.credentials
        return Connection(self.address, known.tls(), user, lambda: known.password(user))

    def settings(self, user: str) -> dict[str, str]:
        """The same as settings of a process of ours (`runtime.settings`)."""
        return {
            "kafka_bootstrap": self.address,
            "kafka_ca_file": str(self.credentials.ca_file),
            "kafka_username": user,
            "kafka_password_file": str(self.credentials.password_file(user)),
        }

    def is_ready(self) -> bool:
        return self.process.is_alive() and probe.serves(self._port, self.credentials)

    def is_formatted(self) -> bool:
        return (self._data / "meta.properties").exists()

    def launch(self) -> None:
        """Start it without waiting; the first start also formats its data folder."""
        if self.is_formatted() and not self.credentials.are_there():
            raise StackError(f"{self._data} is from a version without users on the broker; `make clean` removes it.")
        self.credentials.make()
        secret_files.write(self._config, _properties(self._settings()))
        if not self.is_formatted():
            self._make_data()
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
        return ("java", *jvm, *self._class_archive(), "-cp", f"{jars.folder()}/*")

    def _class_archive(self) -> tuple[str, ...]:
        """The flag must not name what is missing: Java would then use no archive at all, not even its own."""
        archive = jars.class_archive()
        return (f"-XX:SharedArchiveFile={archive}",) if archive.exists() else ()

    def _make_data(self) -> None:
        """A new partition is synchronised to the disk several times, which takes more than all else that tests ask."""
        if self._short_lived and not self._data.exists():
            places.make_in_memory(self._data)

    def _format(self) -> None:
        # Their passwords go by a file: everybody sees a command line.
        users = self._config.with_suffix(".users")
        secret_files.write(users, "".join(_scram(user, self.credentials) for user in (BROKER, ADMINISTRATOR)))
        command = ("kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster()}", f"--config={self._config}")
        try:
            done = subprocess.run(
                (*self._java(), *command, f"@{users}"),
                capture_output=True,
                text=True,
                check=False,
                timeout=FORMAT_SECONDS,
            )
        except FileNotFoundError as missing:
            raise StackError("Java is missing; run `make setup`.") from missing
        finally:
            users.unlink()
        if done.returncode != 0:
            raise StackError(
                f"Kafka could not format its data folder {self._data}: {done.stdout[-500:]}{done.stderr[-500:]}"
            )

    def _cluster(self) -> str:
        """The id of a new cluster."""
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")

    def _settings(self) -> dict[str, object]:
        return (
            self._access()
            | {
                "process.roles": "broker,controller",
                "node.id": 1,
                "controller.quorum.voters": f"1@{HOST}:{self.controller_port}",
                "listeners": f"CLIENTS://{HOST}:{self._port},CONTROLLER://{HOST}:{self.controller_port}",
                "advertised.listeners": f"CLIENTS://{HOST}:{self._port}",
                "controller.listener.names": "CONTROLLER",
                "inter.broker.listener.name": "CLIENTS",
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
                "broker.heartbeat.interval.ms": 1000,
                # Half of what an idle broker does is to tell itself that nothing happens.
                "metadata.max.idle.interval.ms": 0,
                "group.initial.rebalance.delay.ms": 0,
                # Lets a test see a dead group member replaced without waiting the 6 s that a cluster would insist on.
                "group.min.session.timeout.ms": 1000,
            }
            | (SHORT_LIVED_SETTINGS if self._short_lived else {})
        )

    def _access(self) -> dict[str, object]:
        """No listener lets in whom it does not know, and nobody may do what no rule grants."""
        password = self.credentials.password(BROKER)
        return {
            "listener.security.protocol.map": "CLIENTS:SASL_SSL,CONTROLLER:SSL",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.credentials.keystore_file,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.credentials.ca_file,
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+)$/$1/",
            "listener.name.controller.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.clients.scram-sha-512.sasl.jaas.config": scram_login(BROKER, password),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{BROKER};User:{ADMINISTRATOR}",
        }


def scram_login(user: str, password: str) -> str:
    """The value of `sasl.jaas.config` for a user."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return f'{module} required username="{user}" password="{password}";'


def _scram(user: str, known: Credentials) -> str:
    """Arguments of the storage tool that make a user."""
    return f"--add-scram\nSCRAM-SHA-512=[name={user},password={known.password(user)}]\n"


def _properties(settings: Mapping[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
