"""The databases of tests."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from dev.stack.postgres import Cluster
from dev.stack.postgres.roles import password_of


@contextmanager
def new_database(cluster: Cluster) -> Generator[str]:
    """The URL of an empty database, dropped at the end."""
    name = f"test_{secrets.token_hex(4)}"
    yield cluster.create(name)
    cluster.drop(name)


def as_role(url: str, role: str) -> str:
    """The same database in the role of a service, where the URL is its owner's."""
    parts = urlsplit(url)
    password = password_of(role, parts.password or "")
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.hostname}:{parts.port}"))
