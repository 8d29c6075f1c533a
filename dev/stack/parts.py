"""The parts of the local stack: what there is, what it needs before it starts, and where it listens."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dev.stack import commands
from dev.stack.error import StackError
from dev.stack.kafka import Broker
from dev.stack.mail import MailSink
from dev.stack.openid import OpenIdProvider
from dev.stack.ports import HOST, Ports
from dev.stack.postgres import Cluster
from dev.stack.process import Process
from dev.stack.service import ServiceProcess
from dev.stack.settings import StackContext, admin_port_name, portal_url, settings


class Runnable(Protocol):
    """What every part can do, whatever it is."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def process(self) -> Process: ...
    def is_ready(self) -> bool: ...
    def launch(self) -> None: ...
    def wait(self, progress: Callable[[str], None]) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part as declared; `scheme` is that of its business port, where it has one."""

    name: str
    needs: tuple[str, ...] = ()
    scheme: str | None = None
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A program that has to succeed before what needs it starts; repeating it is harmless."""

    name: str
    command: Callable[[StackContext], Sequence[str]]
    needs: tuple[str, ...] = ()


# Everything that `up` does, in no particular order: the needs make the order.
GRAPH: tuple[Part | Step, ...] = (
    Part("kafka", ports=("kafka", "kafka-controller")),
    Part("postgres", ports=("postgres",)),
    Step("topics", commands.topics, needs=("kafka",)),
    Step("keys", commands.keys),
    Part("ledger-writer", needs=("topics", "keys")),
    Step("founding", commands.founding, needs=("ledger-writer",)),
    Part("signer", needs=("topics", "keys")),
    Part("ledger-projector", needs=("topics", "postgres", "keys")),
    Part("ledger-api", needs=("topics", "postgres", "keys"), scheme="http"),
    Part("rma-projector", needs=("topics", "postgres")),
    Part("rma-api", needs=("topics", "postgres", "keys"), scheme="http"),
    Part("audio-projector", needs=("topics", "postgres")),
    Part("audio-worker", needs=("topics", "postgres")),
    Part("audio-api", needs=("topics", "postgres", "keys"), scheme="http"),
    Part("mail", ports=("mail", "mail-page")),
    Part("openid", ports=("openid",)),
    Part("portal", needs=("postgres", "keys", "ledger-api", "rma-api", "audio-api", "mail", "openid"), scheme="http"),
    Part("device-sync", needs=("topics", "keys"), scheme="https"),
    Part("rma-writer", needs=("topics", "keys")),
    Part("rma-process-manager", needs=("topics", "keys")),
)
PARTS = tuple(node for node in GRAPH if isinstance(node, Part))


def port_names(part: Part) -> tuple[str, ...]:
    """The names of the ports that a part listens on."""
    business = (part.name,) if part.scheme else ()
    return part.ports or (admin_port_name(part.name), *business)


def stages(nodes: Sequence[Part | Step]) -> Iterator[list[Part | Step]]:
    """The nodes in the order of their needs; those of one stage can go side by side."""
    waiting, done = list(nodes), set[str]()
    while waiting:
        stage = [node for node in waiting if done.issuperset(node.needs)]
        if not stage:
            raise ValueError(f"these wait for each other: {', '.join(node.name for node in waiting)}")
        yield stage
        done.update(node.name for node in stage)
        waiting = [node for node in waiting if node not in stage]


def selection(names: Sequence[str]) -> list[Part | Step]:
    """What has these names with everything it needs; all there is when none is named."""
    by_name = {node.name: node for node in GRAPH}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise StackError(f"There is no part {unknown[0]}; there are {', '.join(by_name)}.")
    chosen, waiting = set[str](), list(names or by_name)
    while waiting:
        name = waiting.pop()
        chosen.add(name)
        waiting += [need for need in by_name[name].needs if need not in chosen]
    return [node for node in GRAPH if node.name in chosen]


def needed_by(part: Part) -> set[str]:
    """The names of all that this part needs, directly or not."""
    return {node.name for node in selection([part.name])} - {part.name}


class Kit:
    """Makes the runnable parts of one stack, which lives under `state`."""

    def __init__(self, state: Path, *, short_lived: bool = False) -> None:
        self.state = state
        self.ports = Ports(state / "ports.json")
        self.is_short_lived = short_lived

    def make(self, part: Part) -> Runnable:
        match part.name:
            case "kafka":
                return self.broker()
            case "postgres":
                return self.cluster()
            case "mail":
                return MailSink(self.state, port=self.ports.port("mail"), page_port=self.ports.port("mail-page"))
            case "openid":
                return OpenIdProvider(self.state, port=self.ports.port("openid"), portal=self.portal_url)
            case _:
                return self._service(part)

    @property
    def portal_url(self) -> str:
        """Where people reach the portal."""
        return portal_url(self.ports.port)

    def broker(self) -> Broker:
        port, controller = self.ports.port("kafka"), self.ports.port("kafka-controller")
        return Broker(self.state, port=port, controller_port=controller, short_lived=self.is_short_lived)

    def cluster(self) -> Cluster:
        return Cluster(self.state, port=self.ports.port("postgres"), short_lived=self.is_short_lived)

    def _service(self, part: Part) -> ServiceProcess:
        address = f"{part.scheme}://{HOST}:{self.ports.port(part.name)}" if part.scheme else None
        address = self.portal_url if part.name == "portal" else address
        return ServiceProcess(
            part.name,
            self.state,
            settings=lambda: settings(part.name, self.stack()),
            admin_port=self.ports.port(admin_port_name(part.name)),
            address=address,
        )

    def stack(self) -> StackContext:
        """What settings and commands are made from."""
        return StackContext(self.state, self.broker(), self.cluster(), self.ports.port)
