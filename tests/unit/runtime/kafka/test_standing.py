"""Members of a group that stand aside: who gets partitions, and what an older member makes of it."""

from typing import Any

import pytest
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

from runtime.kafka.standing import Standing, preferred


class Cluster:
    def partitions_for_topic(self, _: str) -> set[int]:
        return {0, 1, 2, 3}


def shares(**members: ConsumerProtocolMemberMetadata) -> dict[str, list[int]]:
    cluster: Any = Cluster()
    assigned = Standing().assign(cluster, members)
    return {member: [one.partition for one in found.partitions()] for member, found in assigned.items()}


def aside(since: int) -> ConsumerProtocolMemberMetadata:
    """As it comes over the wire."""
    return ConsumerProtocolMemberMetadata.decode(Standing(since).metadata(["commands"]).encode())


STANDS = RangePartitionAssignor.metadata(["commands"])


@pytest.mark.parametrize(
    ("since", "chosen"),
    [
        ({"a": 0, "b": 0}, {"a", "b"}),
        ({"a": 5, "b": 0}, {"b"}),
        ({"a": 5, "b": 7}, {"a"}),
        ({"a": 5, "b": 7, "c": 6}, {"a", "c"}),
        ({"a": 5}, {"a"}),
        ({"a": 5, "b": 5}, {"a", "b"}),
    ],
)
def test_who_stepped_aside_last_gets_nothing_while_anybody_else_is_there(
    since: dict[str, int], chosen: set[str]
) -> None:
    assert preferred(since) == chosen


def test_partitions_go_to_those_that_stand_and_every_member_hears_what_it_gets() -> None:
    assert shares(a=STANDS, b=STANDS) == {"a": [0, 1], "b": [2, 3]}
    assert shares(a=aside(5), b=STANDS) == {"a": [], "b": [0, 1, 2, 3]}
    assert shares(a=aside(5)) == {"a": [0, 1, 2, 3]}


def test_it_is_the_assignor_that_members_without_it_use() -> None:
    assert (Standing.name, Standing.version) == (RangePartitionAssignor.name, RangePartitionAssignor.version)
    assert Standing().metadata(["commands"]) == STANDS


@pytest.mark.parametrize("said", [b"", b"something else", b"aside since ", b"aside since x"])
def test_what_nobody_understands_is_a_member_that_stands(said: bytes) -> None:
    assert shares(a=ConsumerProtocolMemberMetadata(0, ["commands"], said), b=aside(5))["a"] == [0, 1, 2, 3]
