"""Laws that hold after every step of any history, against a naive model written without the ledger's code."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command, CommandRecord
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.devices import AddDevice, AllocateLicenses
from contracts.commands.returns import ReturnLicenses
from contracts.identifiers import command_id_of
from contracts.log.chain import Orphan
from contracts.log.entries import GENESIS, decode_entry, encode_entry, entry_hash
from contracts.log.postings import postings
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from runtime.eventlog import SpeculativeLog
from tests.support.laws import Drawn, examples
from tests.support.ledger import story
from tests.support.ledger.histories_main_job import PROJECTS, TYPES, histories
from tests.support.ledger.story import BORA, OTHER_SERIAL, SERIAL

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


drawn = Drawn(histories)


def _beginning() -> Ledger:
    return story.a_project().ledger


@drawn.law
def test_every_event_moves_as_much_out_as_in_and_only_issuance_goes_below_zero(
    history: list[tuple[Actor, Command]],
) -> None:
    ledger = _beginning()
    accounts: Counter[tuple[str, str]] = Counter()
    for actor, command in history:
        event = decide(ledger, command, actor, now=NOON)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=NOON, by=str(actor))
        moved: Counter[str] = Counter()
        for posting in postings(event):
            moved[posting.license_type] += posting.units
            accounts[posting.account, posting.license_type] += posting.units
        assert not any(moved.values())
        assert all(units >= 0 for (account, _), units in accounts.items() if account != "issuance")
    for identity, project in ledger.projects.items():
        assert dict(project.free) == _positive(accounts, f"project/{identity}")
    for serial, device in ledger.devices.items():
        assert dict(device.holdings) == _positive(accounts, f"device/{serial}")


def _positive(accounts: Counter[tuple[str, str]], account: str) -> dict[str, int]:
    return {name: units for (owner, name), units in accounts.items() if owner == account and units}


@dataclass
class Model:
    """What a person with a sheet of paper would keep: balances, devices, used keys, and spent generations."""

    keys: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    used: set[str] = field(default_factory=set[str])
    free: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    held: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    home: dict[str, str] = field(default_factory=dict[str, str])
    generation: Counter[str] = field(default_factory=Counter[str])
    accepted: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def owner(self, project: str) -> Actor:
        return story.ben if project == PROJECTS[2] else story.anna

    def would_redeem(self, actor: Actor, command: RedeemActivationKey) -> bool:
        known = command.key_digest in self.keys and command.key_digest not in self.used
        return known and actor == self.owner(command.project)

    def would_allocate(self, actor: Actor, command: AllocateLicenses) -> bool:
        final = any(wanted.license_type == "Channel" for wanted in command.licenses)
        return (
            actor == self.owner(command.project)
            and self.home.get(command.serial) == command.project
            and (command.confirm_final or not final)
            and all(self.free[command.project, want.license_type] >= want.count for want in command.licenses)
        )

    def would_return(self, actor: Actor, command: ReturnLicenses) -> bool:
        home = self.home.get(command.serial)
        box = {SERIAL: story.box, OTHER_SERIAL: story.other_box}[command.serial]
        return (
            home is not None
            and actor in (self.owner(home), box)
            and (command.serial, command.document_digest) not in self.accepted
            and command.generation == self.generation[command.serial] + 1
        )

    def take(self, actor: Actor, command: Command) -> bool | None:
        """Whether this must be accepted, and what it changes if so; None where the model has no opinion."""
        match command:
            case RedeemActivationKey():
                yes = self.would_redeem(actor, command)
                if yes:
                    self.used.add(command.key_digest)
                    for name, count in self.keys[command.key_digest].items():
                        self.free[command.project, name] += count
                return yes
            case AllocateLicenses():
                yes = self.would_allocate(actor, command)
                for want in command.licenses if yes else ():
                    self.free[command.project, want.license_type] -= want.count
                    self.held[command.serial, want.license_type] += want.count
                return yes
            case ReturnLicenses():
                yes = self.would_return(actor, command)
                if yes:
                    self.generation[command.serial] += 1
                    self.accepted.add((command.serial, command.document_digest))
                    for name in ("Port11", "Voicemail11"):
                        self.free[self.home[command.serial], name] += self.held.pop((command.serial, name), 0)
                return yes
            case AddDevice():
                yes = command.serial not in self.home and actor == self.owner(command.project)
                if yes:
                    self.home[command.serial] = command.project
                return yes
            case IssueActivationKey():
                yes = actor == story.staff and command.key_digest not in self.keys
                if yes:
                    self.keys[command.key_digest] = Counter({w.license_type: w.count for w in command.licenses})
                return yes
            case _:
                return None


@given(histories)
@settings(max_examples=examples(300))
def test_the_ledger_says_yes_exactly_when_a_person_with_a_sheet_of_paper_would(
    history: list[tuple[Actor, Command]],
) -> None:
    ledger, model = _beginning(), Model()
    for actor, command in history:
        answer = decide(ledger, command, actor, now=NOON)
        accepted = not isinstance(answer, Rejection | AlreadyDone)
        expected = model.take(actor, command)
        assert expected is None or expected == accepted, (actor, command, answer)
        if not isinstance(answer, Rejection | AlreadyDone):
            ledger = evolve(ledger, answer, at=NOON, by=str(actor))
        for project in PROJECTS:
            for name in TYPES:
                assert ledger.projects[project].free.get(name, 0) == model.free[project, name]
        for serial, device in ledger.devices.items():
            assert device.generation == model.generation[serial] + 1
            assert {name: device.holdings.get(name, 0) for name in TYPES} == {
                name: model.held[serial, name] for name in TYPES
            }


def _records(history: list[tuple[Actor, Command]]) -> Iterator[ReceivedCommand]:
    start: list[tuple[Actor, Command]] = [
        (story.operator, story.found()),
        (story.staff, story.register()),
        (story.staff, story.register(BORA, story.BEN)),
        (story.anna, story.project()),
    ]
    for number, (actor, command) in enumerate(start + history):
        record = CommandRecord(
            command_id=command_id_of("c", str(number)),
            actor=actor,
            reply_to="law-1",
            correlation_id="law",
            command=command,
        )
        yield ReceivedCommand.unproven(record)


@given(histories, st.randoms(use_true_random=False))
def test_a_replay_of_the_log_gives_the_same_state_and_repetition_adds_nothing(
    history: list[tuple[Actor, Command]], dice: random.Random
) -> None:
    draft = SpeculativeLog(ledger_log(0), LedgerReplica.of(ledger_log(0)), lambda: NOON)
    records = list(_records(history))
    repeated = sorted([*range(len(records)), *(dice.randrange(len(records)) for _ in range(10))])
    once = draft.take(records, {})
    again = draft.take([records[n] for n in repeated], {})
    accepted = {outcome.command_id for outcome in once.outcomes if outcome.status == "accepted"}
    assert {e.command_id for e in again.entries}.isdisjoint(accepted), "an accepted command is not accepted again"
    replayed = LedgerReplica.of(ledger_log(0))
    for entry in (*once.entries, *again.entries):
        assert not isinstance(replayed.read(entry.value), Orphan)
    last = (*once.entries, *again.entries)[-1]
    assert replayed.state == last.state_after
    assert replayed.chain.head == last.value_hash


@drawn.law
def test_generations_and_issues_of_a_device_only_rise(history: list[tuple[Actor, Command]]) -> None:
    ledger = _beginning()
    for actor, command in history:
        before = ledger.devices
        event = decide(ledger, command, actor, now=NOON)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=NOON, by=str(actor))
        for serial, device in before.items():
            after = ledger.devices[serial]
            changed = after.holdings != device.holdings or after.generation != device.generation
            assert after.generation - device.generation in (0, 1)
            assert after.issue - device.issue == int(changed)


@drawn.law
def test_an_entry_survives_its_way_to_the_log_and_back(history: list[tuple[Actor, Command]]) -> None:
    ledger, prev = _beginning(), GENESIS
    for number, (actor, command) in enumerate(history, 1):
        event = decide(ledger, command, actor, now=NOON)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=NOON, by=str(actor))
        value = encode_entry(
            event,
            ledger=7,
            sequence=number,
            prev=prev,
            at=NOON,
            command_id="a" * 64,
            command_hash="b" * 64,
            actor=str(actor),
            correlation_id="law",
        )
        prev = entry_hash(value)
        assert decode_entry(value).data == event
        assert decode_entry(value).json_bytes() == value
