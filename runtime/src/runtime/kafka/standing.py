"""How members of a consumer group share partitions when some of them stand aside."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

_ASIDE = b"aside since "


class Standing:
    """The assignor `range` of aiokafka, with a member's word on how it stands, which travels in its metadata.

    A member that stands aside gets partitions only if all do, and then the one that stepped aside last gets none,
    unless it is alone. Members that know nothing of it share with others as before. `aside_since` is in milliseconds
    since 1970; 0 is a member that stands for partitions like any.
    """

    name, version = RangePartitionAssignor.name, RangePartitionAssignor.version

    def __init__(self, aside_since: int = 0) -> None:
        self._said = _ASIDE + str(aside_since).encode() if aside_since else b""

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What a member says when it joins."""
        return ConsumerProtocolMemberMetadata(self.version, list(topics), self._said)

    def assign(
        self, cluster: Any, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Which member gets which partitions."""
        standing = preferred({member: _since(said.user_data) for member, said in members.items()})
        chosen = {member: said for member, said in members.items() if member in standing}
        nothing = {member: ConsumerProtocolMemberAssignment(self.version, [], b"") for member in members}
        assigned: dict[str, ConsumerProtocolMemberAssignment] = RangePartitionAssignor.assign(cluster, chosen)
        return nothing | assigned

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Nothing depends on what it was."""


def preferred(aside_since: Mapping[str, int]) -> set[str]:
    """The members that get partitions, by since when each stands aside; 0 says that it does not."""
    if standing := {member for member, since in aside_since.items() if not since}:
        return standing
    newest = max(aside_since.values())
    return {member for member, since in aside_since.items() if since < newest} or set(aside_since)


def _since(said: bytes | None) -> int:
    number = (said or b"").removeprefix(_ASIDE)
    return int(number) if said != number and number.isdigit() else 0
