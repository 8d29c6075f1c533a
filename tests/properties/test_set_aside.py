"""One bad entry anywhere in any history: every reader stops there, and goes on without it when two persons say so."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command, CommandRecord
from contracts.commands.members import AddMember
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.corrections import CorrectionRejected
from contracts.events.devices import LicensesAllocated
from contracts.events.projects import LicensesMoved, ProjectArchived
from contracts.events.set_aside import EntriesSetAside
from contracts.identifiers import command_id_of, derived_id
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import decode_entry, entry_hash
from contracts.log.merkle import CompactRange, leaf_hash
from contracts.log.stop import EVENT_TYPE_UNKNOWN, LOG_STOPPED, NOT_APPLICABLE
from contracts.outcomes import Accepted, Rejected
from contracts.set_aside import NamedEntry
from ledger.application.writing.ledger_log import ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from runtime.eventlog import LostLogError, Writer
from tests.support.eventlog.driving import following, lead
from tests.support.eventlog.memory import NOON, MemoryLog, MemoryReplies, Noticed, Partition
from tests.support.laws import examples
from tests.support.ledger import story, story_corrections, story_set_aside
from tests.support.ledger.forging import next_entry
from tests.support.ledger.histories_main_job import histories
from tests.support.ledger.readers import agreed_accounts, by_the_projector, by_the_signer, by_the_writer

BEGINNING: list[tuple[Actor, Command]] = [
    (story.operator, story.found()),
    (story.staff, story.register()),
    (story.staff, AddMember(company=story.VENDOR, account=story_corrections.SECOND, administrator=True)),
    (story.anna, story.project()),
    (story.staff, story.issue(Port11=50, Channel=8)),
    (story.anna, story.redeem()),
    (story.anna, story.add()),
]
NOBODY = derived_id("nobody", "project")
VOICEMAIL = (Lot(license_type="Voicemail11", license_class="pbx", count=5_000),)
PORT = (Lot(license_type="Port11", license_class="pbx", count=1),)


def _on_device(project: str, lots: tuple[Lot, ...], issue: int) -> LicensesAllocated:
    device = DeviceLicenses(serial=story.SERIAL, project=project, generation=1, issue=issue, licenses=lots)
    return LicensesAllocated(company=story.ADRIA, lots=lots, device=device)


BAD: dict[str, Event] = {
    "account_negative": _on_device(story.HOTEL, VOICEMAIL, 2),
    "key_redeemed_once": ActivationKeyRedeemed(
        key_digest="e" * 64, company=story.ADRIA, project=story.HOTEL, lots=VOICEMAIL
    ),
    "correction_unknown": CorrectionRejected(
        correction=NOBODY, company=story.VENDOR, reason="No", rejected_by=story.STAFF
    ),
    NOT_APPLICABLE: ProjectArchived(company=story.ADRIA, project=NOBODY, project_name="Nowhere"),
    EVENT_TYPE_UNKNOWN: LicensesMoved(company=story.ADRIA, source=story.HOTEL, target=story.DEFAULT, lots=PORT),
}
"""Entries that the writer itself refuses, by the law that they may break there."""
ROWS_TAKE = {"key_redeemed_once", "correction_unknown", NOT_APPLICABLE}
"""Broken laws that the rows in memory do not see: they take such an entry, and have to take it back."""
SIGNERS_LAW = "license_type_unknown"
ONLY_THE_SIGNER_SEES = ActivationKeyIssued(
    key_digest="f" * 64,
    key_hint="K3YZ",
    lots=(Lot(license_type="Nothing11", license_class="pbx", count=1),),
    order_number="PO-2",
)


@dataclass
class World:
    """A ledger in memory, told by one writer after another."""

    partition: Partition = field(default_factory=lambda: Partition(random.Random(0)))

    @property
    def values(self) -> list[bytes]:
        return self.partition.values

    def tell(self, commands: Sequence[ReceivedCommand]) -> list[Accepted | Rejected]:
        """What becomes of each, by a new writer."""
        return asyncio.run(self._tell(commands))

    async def _tell(self, commands: Sequence[ReceivedCommand]) -> list[Accepted | Rejected]:
        writer = Writer.of(ledger_log(0), MemoryLog(self.partition), lambda: NOON, Noticed())
        replies = MemoryReplies[Accepted | Rejected]()
        async with following(writer):
            while len(replies.told) < len(commands):
                try:
                    await lead(writer, replies, commands[len(replies.told) :], size=50)
                except* LostLogError:
                    pass
        return replies.told

    def forge(self, event: Event, *, later: bool = False) -> NamedEntry:
        value = next_entry(self.values, event, at=NOON)
        value = value.replace(b".v1", b".v9") if later else value
        self.values.append(value)
        return NamedEntry(sequence=_sequence(value), entry_hash=entry_hash(value))

    def decide(self, law: str, *entries: NamedEntry, decision: str = story_set_aside.DECISION) -> Accepted | Rejected:
        """The proposal of one and the approval of another person; what became of that."""
        names = [(one.sequence, one.entry_hash) for one in entries]
        proposed = asked(story.staff, story_set_aside.propose(*names, law=law, decision=decision), f"p{decision}")
        (first,) = self.tell([proposed])
        if isinstance(first, Rejected):
            return first
        (second,) = self.tell([asked(story_corrections.second, story_set_aside.approve(decision), f"a{decision}")])
        return second


def _sequence(value: bytes) -> int:
    return decode_entry(value.replace(b".v9", b".v1")).sequence


def asked(actor: Actor, command: Command, key: str) -> ReceivedCommand:
    record = CommandRecord(
        command_id=command_id_of("c", key), actor=actor, reply_to="test-1", correlation_id="test", command=command
    )
    return ReceivedCommand.unproven(record)


def numbered(history: Sequence[tuple[Actor, Command]]) -> list[ReceivedCommand]:
    return [asked(actor, command, str(number)) for number, (actor, command) in enumerate(history)]


def begun() -> World:
    world = World()
    world.tell(numbered(BEGINNING))
    return world


def law_at(world: World) -> str:
    stopped = by_the_writer(world.values).stopped
    assert stopped is not None
    return stopped.law


def none_goes_on(world: World, sequence: int, *, rows_see_it: bool = True) -> None:
    """Each reader has stopped at that entry."""
    stopped = by_the_writer(world.values).stopped
    reading, whole = by_the_signer(world.values)
    assert (stopped.sequence if stopped else 0) == sequence
    assert (reading.sequence, whole) == (sequence - 1, False)
    if rows_see_it:
        rows, why = by_the_projector(world.values)
        assert (rows.at.sequence, f"entry {sequence} " in why) == (sequence - 1, True)


def the_tree_has_all(world: World) -> None:
    reading, _ = by_the_signer(world.values)
    tree = CompactRange()
    for value in world.values:
        tree.append(leaf_hash(value))
    assert reading.root() == tree.root()


@settings(max_examples=examples(20))
@given(histories, st.integers(0, 60), st.sampled_from(sorted(BAD)), st.integers(0, 5))
def test_a_decision_makes_it_as_if_the_bad_entry_had_never_been(
    history: list[tuple[Actor, Command]], place: int, law: str, meanwhile: int
) -> None:
    commands = numbered([*BEGINNING, *history])
    place = min(len(BEGINNING) + place, len(commands))
    world, without = World(), World()
    world.tell(commands[:place])
    bad = world.forge(BAD[law], later=law == EVENT_TYPE_UNKNOWN)
    waiting = commands[place : place + meanwhile]
    assert all(isinstance(told, Rejected) and told.code == LOG_STOPPED for told in world.tell(waiting))
    none_goes_on(world, bad.sequence, rows_see_it=law not in ROWS_TAKE)

    assert isinstance(world.decide(law_at(world), bad), Accepted)
    world.tell(commands[place:])

    without.tell(commands)
    assert agreed_accounts(world.values) == agreed_accounts(without.values)
    the_tree_has_all(world)


@settings(max_examples=examples(12))
@given(histories, st.integers(0, 60), st.integers(0, 20))
def test_what_others_did_behind_an_entry_that_only_the_signer_refuses_stays(
    history: list[tuple[Actor, Command]], place: int, meanwhile: int
) -> None:
    commands = numbered([*BEGINNING, *history])
    place = min(len(BEGINNING) + place, len(commands))
    world, without = World(), World()
    world.tell(commands[:place])
    bad = world.forge(ONLY_THE_SIGNER_SEES)
    world.tell(commands[place : place + meanwhile])
    reading, whole = by_the_signer(world.values)
    assert (reading.sequence, whole) == (bad.sequence - 1, False)

    assert isinstance(world.decide(SIGNERS_LAW, bad), Accepted)
    world.tell(commands[place + meanwhile :])

    without.tell(commands)
    assert agreed_accounts(world.values) == agreed_accounts(without.values)
    the_tree_has_all(world)


def test_without_the_second_person_none_goes_on() -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    propose = story_set_aside.propose((bad.sequence, bad.entry_hash))
    world.tell([asked(story.staff, propose, "p")])
    (same,) = world.tell([asked(story.staff, story_set_aside.approve(), "a")])
    assert isinstance(same, Rejected)
    assert same.code == "second_person_needed"
    none_goes_on(world, bad.sequence)


@pytest.mark.parametrize("actor", [story.anna, story.box, story.operator])
def test_nobody_but_staff_sets_aside(actor: Actor) -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    named: list[ProposeSettingAside | ApproveSettingAside] = [
        story_set_aside.propose((bad.sequence, bad.entry_hash)),
        story_set_aside.approve(),
    ]
    told = world.tell([asked(actor, command, command.name) for command in named])
    assert [one.code for one in told if isinstance(one, Rejected)] == ["no_right", "no_right"]


def test_another_hash_a_lawful_entry_and_one_that_is_not_there_are_refused() -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    lawful = NamedEntry(sequence=7, entry_hash=entry_hash(world.values[6]))
    cases = {
        "entry_unknown": (NamedEntry(sequence=bad.sequence, entry_hash="0" * 64),),
        "entry_lawful": (lawful, bad),
        "others_depend": (lawful,),
    }
    for number, (code, entries) in enumerate(cases.items()):
        refused = world.decide("account_negative", *entries, decision=derived_id(str(number), "set-aside"))
        assert isinstance(refused, Rejected)
        assert refused.code == code, refused
    beyond = world.decide("account_negative", NamedEntry(sequence=99, entry_hash="0" * 64))
    assert isinstance(beyond, Rejected)
    assert beyond.code == "entry_unknown"
    none_goes_on(world, bad.sequence)


def test_an_entry_on_which_others_build_is_set_aside_only_with_them() -> None:
    """A port of another class on a device: only the signer sees that, and the next allocation counts on from it."""
    world = begun()
    gateway = (Lot(license_type="Port11", license_class="gateway", count=1),)
    bad = world.forge(_on_device(story.HOTEL, gateway, 2))
    (next_one,) = world.tell([asked(story.anna, story.allocate(Port11=1), "next")])
    assert isinstance(next_one, Accepted)
    refused = world.decide("license_class_wrong", bad)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.details["sequence"]) == ("others_depend", next_one.sequence)

    builds_on_it = NamedEntry(sequence=next_one.sequence, entry_hash=entry_hash(world.values[-2]))
    other = derived_id("both", "set-aside")
    assert isinstance(world.decide("license_class_wrong", bad, builds_on_it, decision=other), Accepted)

    again = world.tell([asked(story.anna, story.allocate(Port11=1), "next")])
    assert isinstance(again[0], Accepted)
    assert not again[0].repeated, "what was set aside answers for nothing"
    assert agreed_accounts(world.values)[f"life/{story.SERIAL}"] == {"generation": 1, "issue": 2}


def test_a_forged_decision_about_a_lawful_entry_stops_the_signer_and_is_itself_set_aside() -> None:
    world = begun()
    lawful = NamedEntry(sequence=7, entry_hash=entry_hash(world.values[6]))
    assert isinstance(world.decide("warranty_wrong", lawful), Accepted), "the writer takes two persons' word"
    assert story.SERIAL not in by_the_writer(world.values).state.devices
    decision = len(world.values)
    reading, whole = by_the_signer(world.values)
    assert (reading.sequence, whole) == (decision - 1, False)

    named = NamedEntry(sequence=decision, entry_hash=entry_hash(world.values[-1]))
    other = derived_id("undone", "set-aside")
    assert isinstance(world.decide("warranty_wrong", named, decision=other), Accepted)
    assert agreed_accounts(world.values)[f"life/{story.SERIAL}"] == {"generation": 1, "issue": 1}


def test_a_decision_that_was_forged_by_one_person_stops_all_readers() -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    forged = EntriesSetAside(
        decision=NOBODY,
        company=story.VENDOR,
        entries=(bad,),
        law="account_negative",
        proposed_by=story.STAFF,
        approved_by=story_corrections.SECOND,
    )
    world.forge(forged)
    none_goes_on(world, bad.sequence)


def test_an_approval_that_comes_together_with_its_proposal_is_tried_out_all_the_same() -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    propose = asked(story.staff, story_set_aside.propose((bad.sequence, "0" * 64)), "p")
    approve = asked(story_corrections.second, story_set_aside.approve(), "a")
    told = [*world.tell([propose, approve]), *world.tell([approve])]
    assert [one.code for one in told if isinstance(one, Rejected)] == [LOG_STOPPED, "entry_unknown"]
    none_goes_on(world, bad.sequence)


def test_what_is_set_aside_is_not_set_aside_again() -> None:
    world = begun()
    bad = world.forge(BAD["account_negative"])
    assert isinstance(world.decide("account_negative", bad), Accepted)
    again = world.decide("account_negative", bad, decision=derived_id("again", "set-aside"))
    assert isinstance(again, Rejected)
    assert again.code == "entry_unknown"
    assert agreed_accounts(world.values)
