"""Kafka, typed: the only code of ours that knows aiokafka."""

from runtime.kafka import header_names as header_names
from runtime.kafka.broker_state import BrokerState, Member, NotAllowed, Right, TopicState
from runtime.kafka.connection import Connection
from runtime.kafka.group import GroupConsumer
from runtime.kafka.offsets import Offsets
from runtime.kafka.producer import Appended, Outgoing, Producer
from runtime.kafka.records import Headers, OffsetGone, Partition, Record, partition_for
from runtime.kafka.tail import PartitionTail, Tail

__all__ = [
    "Appended",
    "BrokerState",
    "Connection",
    "GroupConsumer",
    "Headers",
    "Member",
    "NotAllowed",
    "OffsetGone",
    "Offsets",
    "Outgoing",
    "Partition",
    "PartitionTail",
    "Producer",
    "Record",
    "Right",
    "Tail",
    "TopicState",
    "partition_for",
]
