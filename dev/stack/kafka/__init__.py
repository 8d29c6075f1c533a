"""One real Apache Kafka broker (KRaft, broker and controller in one process) on loopback."""

from dev.stack.kafka.broker import Broker
from dev.stack.kafka.credentials import ADMINISTRATOR

__all__ = ["ADMINISTRATOR", "Broker"]
