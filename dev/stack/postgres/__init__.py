"""One real PostgreSQL cluster on loopback."""

from dev.stack.postgres.cluster import OWNER, Cluster
from dev.stack.postgres.roles import ROLES

__all__ = ["OWNER", "ROLES", "Cluster"]
