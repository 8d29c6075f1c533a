"""The databases of tests."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager

from dev.stack.postgres import Cluster


@contextmanager
def new_database(cluster: Cluster) -> Generator[str]:
    """The URL of an empty database, dropped at the end."""
    name = f"test_{secrets.token_hex(4)}"
    yield cluster.create(name)
    cluster.drop(name)
