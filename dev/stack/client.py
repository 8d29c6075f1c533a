"""What a tool of one's own needs to connect in a role: `python -m dev.stack.client kafka|database ROLE`."""

import argparse
import sys
from collections.abc import Callable, Iterable

from contracts.access import group_of, roles
from contracts.topics import PREFIX
from dev.stack import places
from dev.stack.error import StackError
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.broker import scram_login
from dev.stack.parts import Kit
from dev.stack.postgres import OWNER, ROLES


def kafka(kit: Kit, role: str) -> str:
    _must_be_known(role, (*roles(), ADMINISTRATOR))
    broker = kit.broker()
    if not broker.credentials.password_file(role).exists():
        raise StackError(f"The broker does not know {role} yet; run `make up`.")
    return properties(broker, role)


def database(kit: Kit, role: str) -> str:
    """A URL as psql takes it."""
    _must_be_known(role, (*ROLES, OWNER))
    cluster = kit.cluster()
    if not cluster.was_made():
        raise StackError("There is no database yet; run `make up`.")
    return cluster.url(role=role) + "\n"


def properties(broker: Broker, role: str, prefix: str = PREFIX) -> str:
    """What every Kafka client and tool reads. Whoever looks with them moves no offset unless they say so."""
    known = broker.credentials
    said = {
        "bootstrap.servers": broker.address,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.jaas.config": scram_login(role, known.password(role)),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": known.ca_file,
        "group.id": group_of(role, prefix),
        "enable.auto.commit": "false",
    }
    return "".join(f"{name}={value}\n" for name, value in said.items())


def _must_be_known(role: str, known: Iterable[str]) -> None:
    if role not in (names := sorted(known)):
        raise StackError(f"There is no role {role or 'without a name'}; there are {', '.join(names)}.")


SUBJECTS: dict[str, Callable[[Kit, str], str]] = {"kafka": kafka, "database": database}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.stack.client", description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("role", nargs="?", default="")
    arguments = parser.parse_args()
    try:
        print(SUBJECTS[arguments.subject](Kit(places.STATE), arguments.role), end="")
    except StackError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
