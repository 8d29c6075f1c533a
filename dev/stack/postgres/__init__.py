"""One real PostgreSQL cluster on loopback."""

from dev.stack.postgres.cluster import Cluster

__all__ = ["Cluster"]
