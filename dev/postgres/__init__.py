"""One real PostgreSQL cluster on loopback."""

from dev.postgres.cluster import Cluster

__all__ = ["Cluster"]
