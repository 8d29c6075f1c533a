"""Draining a writer: who is asked, when that is refused, and what is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from contracts.handovers import HandOver
from operations.application.drain import Drain, NotDrained
from runtime.kafka import Member, Partition, Record

COMMANDS = "p.ledger.commands"


def member(name: str, *ledgers: int, client: str | None = None) -> Member:
    held = frozenset(Partition(COMMANDS, number) for number in ledgers)
    return Member(f"{name}-id", client or name, "/10.0.0.1", held)


@dataclass
class Group:
    """A group that changes as soon as somebody has been asked."""

    before: Sequence[Member]
    after: Sequence[Member] = ()
    asked: list[Record] = field(default_factory=list[Record])

    async def members(self, group: str) -> Sequence[Member]:
        assert group == "p.ledger-writer"
        return self.after if self.asked else self.before

    async def append(self, partition: Partition, records: Sequence[Record]) -> None:
        assert partition == Partition("p.operator.handovers", 0)
        self.asked += records

    def drain(self, ledger: int = 0) -> Drain:
        return Drain(self, self, "p.", "ledger-writer", ledger)


async def test_the_process_that_leads_the_ledger_is_asked_and_the_one_that_takes_over_is_named() -> None:
    group = Group([member("a", 0), member("b", 1)], [member("b", 0, 1), member("c")])

    done = await group.drain().carry_out(await group.drain().plan(), by="OPS-1", within_seconds=5)

    (record,) = group.asked
    asked = HandOver.from_json_bytes(record.value or b"")
    assert (asked.writer, asked.member, asked.by, record.key) == ("ledger-writer", "a-id", "OPS-1", b"ledger-writer")
    assert done.now is not None
    assert (done.before.client, done.now.client, done.is_taken_over) == ("a", "b", True)


async def test_another_ledger_has_another_leader() -> None:
    plan = await Group([member("a", 0), member("b", 1)]).drain(1).plan()

    assert (plan.leader.client, [one.client for one in plan.standbys]) == ("b", ["a"])


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ((), "no ledger-writer leads ledger 0"),
        ((member("a"),), "no ledger-writer leads"),
        ((member("a", 0),), "only a"),
    ],
)
async def test_without_a_leader_or_a_standby_nothing_is_asked_for(members: Sequence[Member], why: str) -> None:
    with pytest.raises(NotDrained, match=why):
        await Group(members).drain().plan()


async def test_by_force_the_only_process_is_asked_and_leads_again() -> None:
    group = Group([member("a", 0)], [member("a2", 0, client="a")])

    done = await group.drain().carry_out(await group.drain().plan(force=True), by="OPS-1", within_seconds=5)

    assert done.now is not None
    assert not done.is_taken_over


async def test_whoever_does_not_hand_over_in_time_is_said_to_lead_on() -> None:
    group = Group([member("a", 0), member("b")], [member("a", 0), member("b")])

    done = await group.drain().carry_out(await group.drain().plan(), by="OPS-1", within_seconds=0.2)

    assert (done.now, done.is_taken_over) == (None, False)
