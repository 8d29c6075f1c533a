"""The Faust app of a projector: it brings records to the followers, and nothing can fail in its agents.

It does no more than that: an agent that raises loses its event, and a commit of Faust says nothing about our rows.
"""

from collections.abc import Mapping

from runtime.faust_app import FaustApp
from runtime.kafka import Connection, Partition, Record
from runtime.kafka.group import SESSION_SECONDS
from runtime.projection.partition_follower import PartitionFollower

Followers = Mapping[Partition, PartitionFollower]


class FaustFeed(FaustApp):
    """Offers each record to the follower of its partition; replicas share the partitions."""

    def __init__(
        self, connection: Connection, name: str, followers: Followers, *, session_seconds: float = SESSION_SECONDS
    ) -> None:
        topics = [partition.topic for partition in followers]
        super().__init__(connection, name, topics, session_seconds=session_seconds)
        self._followers = followers

    def offer(self, record: Record) -> None:
        follower = self._followers.get(Partition(record.topic, record.partition))
        if follower is not None:
            follower.offer(record)

    def assigned(self, partition: Partition) -> None:
        follower = self._followers.get(partition)
        if follower is not None:
            follower.wake()

    def ended(self) -> None:
        for follower in self._followers.values():
            follower.wake()
