"""What the stack tells each process of ours: its LICENSING_* settings.

A process that needs another setting gets it here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dev.ports import HOST
from dev.postgres import Cluster


@dataclass(frozen=True, slots=True)
class Stack:
    """What the settings are made from."""

    state: Path
    kafka: str
    postgres: Cluster
    port: Callable[[str], int]


def admin_port_name(part: str) -> str:
    """The name under which a part's admin port is remembered; its business port has the part's own name."""
    return f"{part}-admin"


def settings(part: str, stack: Stack) -> dict[str, str]:
    """The environment of a process of ours."""
    return _every_process(part, stack) | OWN.get(part, _nothing)(stack)


def _every_process(part: str, stack: Stack) -> dict[str, str]:
    return {
        "LICENSING_KAFKA_BOOTSTRAP": stack.kafka,
        "LICENSING_ADMIN_HOST": HOST,
        "LICENSING_ADMIN_PORT": str(stack.port(admin_port_name(part))),
    }


def _nothing(_stack: Stack) -> dict[str, str]:
    return {}


OWN: dict[str, Callable[[Stack], dict[str, str]]] = {}
