"""These tests reach nothing but what they opened themselves on loopback."""

from tests.support.offline import broker, no_network, postgres

__all__ = ["broker", "no_network", "postgres"]
