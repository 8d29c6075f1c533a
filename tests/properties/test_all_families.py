"""All families of commands together, by several actors over years: laws that hold after every step of any history."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import example, given, settings

from contracts.accounts import UNHELD
from contracts.actors import Actor
from contracts.commands import Command
from contracts.dates import civil_day
from contracts.events import Event
from contracts.identifiers import command_id_of
from contracts.log.entries import Entry, encode_entry
from contracts.log.postings import postings
from dev.generate.route_refusals import LEDGER, of_command
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from ledger.domain.contact import is_proven
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from signer.domain.verification.days import require_day
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.eventlog.snapshots import known, through_a_snapshot
from tests.support.laws import examples
from tests.support.ledger import histories_all as every
from tests.support.ledger import story, story_company_imports, story_device_moves
from tests.support.ledger.naive_rights import Persons
from tests.support.ledger.naive_sheet import Sheet
from tests.support.ledger.projected import projected
from tests.support.ledger.story import ADRIA, BORA, DEFAULT, HOTEL, allocated_in
from tests.support.ledger.story_catalog import SMB, SMB9

Places = dict[str, dict[str, int]]


def places_of(ledger: Ledger) -> Places:
    """All that is somewhere, by account."""
    found = {f"project/{identity}": dict(project.free) for identity, project in ledger.projects.items()}
    found |= {f"held/{project}": dict(units) for project, units in ledger.held.items()}
    devices = (*ledger.devices.items(), *ledger.released.items())
    found |= {f"device/{serial}": dict(device.holdings) for serial, device in devices}
    return {place: units for place, units in found.items() if units}


def _some(places: Mapping[str, Mapping[str, int]]) -> Places:
    """Without what is not there any more."""
    clean = {place: {name: n for name, n in units.items() if n} for place, units in places.items()}
    return {place: units for place, units in clean.items() if units}


SNAPSHOT_EVERY = 9
"""Entries: so each history begins in several snapshots again, and reads on."""


@dataclass
class World:
    """The ledger, and everybody who keeps books of it on their own."""

    ledger: Ledger = field(default_factory=Ledger)
    sheet: Sheet = field(default_factory=Sheet)
    persons: Persons = field(init=False)
    books: VerifiedLedger = field(default_factory=VerifiedLedger)
    replica: LedgerReplica = field(default_factory=lambda: LedgerReplica.of(ledger_log(0)))
    accounts: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    came: dict[str | None, Counter[str]] = field(default_factory=dict[str | None, "Counter[str]"])
    rows: Places = field(default_factory=dict[str, dict[str, int]])
    old_rows: Places = field(default_factory=dict[str, dict[str, int]])
    restored: LedgerReplica | None = None

    def __post_init__(self) -> None:
        self.persons = Persons(self.sheet)

    def take(self, actor: Actor, command: Command, now: datetime) -> None:
        answer = decide(self.ledger, command, actor, now=now)
        allowed = self.persons.allowed(actor, command)
        if isinstance(answer, Rejection):
            assert not (allowed and answer.code == "no_right"), (actor, command)
            assert answer.code in of_command(LEDGER, type(command).__name__), (command, answer)
        elif not isinstance(answer, AlreadyDone):
            assert allowed, (actor, command, answer)
            self.accept(actor, command, answer, now)

    def accept(self, actor: Actor, command: Command, event: Event, now: datetime) -> None:
        before, self.ledger = self.ledger, evolve(self.ledger, event, at=now, by=str(actor))
        self.persons.enter(command, actor)
        self.sheet.enter(command, event, civil_day(now))
        require_day(event, now)
        post(self.books, event)
        self.append(actor, event, now)
        self.changed_hands(before)
        self.balance(event)
        self.lives(before)
        self.agree()

    def append(self, actor: Actor, event: Event, now: datetime) -> None:
        value = encode_entry(
            event,
            ledger=0,
            sequence=self.ledger.sequence,
            prev=self.replica.chain.head,
            at=now,
            command_id=command_id_of("law", str(self.ledger.sequence)),
            command_hash="b" * 64,
            actor=str(actor),
            correlation_id="law",
        )
        entry = self.replica.read(value, self.ledger.sequence - 1)
        assert isinstance(entry, Entry), entry
        if self.restored is not None:
            self.restored.read(value, self.ledger.sequence - 1)
        if self.ledger.sequence % SNAPSHOT_EVERY == 0:
            self.restored = through_a_snapshot(self.replica)
        self.project(entry)

    def project(self, entry: Entry[Event]) -> None:
        """The rows that people read, from the accounts that the projector fetches for this entry and no others."""
        changes = projected([entry], self.rows, self.old_rows)
        self.rows |= changes.held
        self.old_rows |= changes.legacy

    def without_contact(self) -> dict[str, int]:
        """The devices of each company that never were in contact there, counted one by one."""
        devices = self.ledger.devices.items()
        return dict(Counter(one.company for serial, one in devices if not is_proven(self.ledger, serial, one)))

    def balance(self, event: Event) -> None:
        """As much out as in; nobody but issuance below zero."""
        moved: Counter[str] = Counter()
        for posting in postings(event):
            moved[posting.license_type] += posting.units
            account = self.accounts.setdefault(posting.account, Counter())
            account[posting.license_type] += posting.units
            self.of(owner_of(self.ledger, posting.account))[posting.license_type] += posting.units
            assert posting.account == "issuance" or account[posting.license_type] >= 0
        assert not any(moved.values())

    def changed_hands(self, before: Ledger) -> None:
        """What stands in a project or on a device that is another company's now has gone there with it."""
        for place, units in self.accounts.items():
            former, owner = owner_of(before, place), owner_of(self.ledger, place)
            if former != owner:
                self.of(former).subtract(units)
                self.of(owner).update(units)

    def of(self, company: str | None) -> Counter[str]:
        """What has come to a company, by redeeming, converting and moves, less what has gone; None is nobody."""
        return self.came.setdefault(company, Counter())

    def lives(self, before: Ledger) -> None:
        """A device's generation and issue only rise, one at a time, wherever it goes."""
        for serial, broken in before.cold.replaced.items():
            back = self.ledger.released.get(serial)
            assert (self.ledger.cold.replaced.get(serial) == broken) == (back is None)
            if back is not None:
                assert (back.generation, back.issue, back.holdings) == (broken.generation, broken.issue + 1, {})
        for serial, old in (*before.devices.items(), *before.released.items()):
            gone = self.ledger.cold.replaced.get(serial)
            if gone is not None:
                assert gone.generation == old.generation + 1
                continue
            new = self.ledger.devices.get(serial) or self.ledger.released[serial]
            assert new.generation - old.generation in {0, 1}
            assert new.issue - old.issue in {0, 1}
            assert new.issue > old.issue or (new.holdings, new.test) == (old.holdings, old.test)

    def agree(self) -> None:
        """Every account is the same to all who keep it, and a replay of the log is the ledger."""
        here = places_of(self.ledger)
        assert here == self.sheet.standing()
        assert here == {place: dict(self.books.balance(place)) for place in here}
        assert here == _some({place: units for place, units in self.accounts.items() if place not in UNHELD})
        assert here == _some(self.rows)
        came = {whose: units for whose, units in self.came.items() if whose is not None}
        assert standing_by_company(self.ledger) == _some(came)
        assert self.replica.state == self.ledger
        assert self.restored is None or known(self.restored) == known(self.replica)
        assert self.without_contact() == {one: n for one, n in self.ledger.cold.unproven.items() if n}
        assert {
            serial: (one.model, one.delivered_on, one.base_months, one.warranty_months)
            for serial, one in self.ledger.delivered.items()
        } == {
            serial: (one.model, one.day, one.base, one.base + one.bought)
            for serial, one in self.sheet.deliveries.items()
        }
        assert all(
            count <= device.holdings.get(name, 0)
            for device in (*self.ledger.devices.values(), *self.ledger.released.values())
            for name, count in device.bound.items()
        )
        small = [
            (device.project, held)
            for device in self.ledger.devices.values()
            if (held := sum(device.holdings.get(one.license_type, 0) for one in (SMB, SMB9)))
        ]
        assert len({project for project, _ in small}) == len(small)
        assert all(held <= 20 for _, held in small)
        for identity, project in self.ledger.projects.items():
            assert dict(project.allocated) == allocated_in(self.ledger, identity)


def owner_of(ledger: Ledger, place: str) -> str | None:
    """The company of a project or a device; None for issuance, what is used up, and a device in no project."""
    kind, _, name = place.partition("/")
    if kind == "device":
        device = ledger.devices.get(name)
        return device and device.company
    return ledger.projects[name].company if kind in {"project", "held"} else None


def standing_by_company(ledger: Ledger) -> dict[str, dict[str, int]]:
    """Free, waiting and assigned of each company together, as the ledger has them (rule R1)."""
    standing: dict[str, Counter[str]] = {}
    for identity, project in ledger.projects.items():
        there = standing.setdefault(project.company, Counter())
        there.update(project.free)
        there.update(ledger.held.get(identity, {}))
    for device in ledger.devices.values():
        standing[device.company].update(device.holdings)
    return _some(standing)


def test_every_history_begins_with_service_that_runs_and_licenses_that_wait_for_it() -> None:
    world = World()
    for actor, command, now in every.moments([]):
        world.take(actor or story.operator, every.as_seen(world.ledger, command, now), now)
    assert world.ledger.sequence == len(every.BEGINNING)
    assert dict(world.ledger.held[HOTEL]) == {"Port11": 30}


def test_r1_what_a_company_redeemed_or_was_moved_is_what_it_has_and_what_it_moved_out() -> None:
    world = World()
    ports = story.allocate(story.OTHER_SERIAL, DEFAULT, Port11=7)
    steps: list[tuple[Actor | None, Command, int]] = [
        (story.anna, ports, 0),
        (story.staff, story_device_moves.staff_moves(serial=story.OTHER_SERIAL), 0),
        (story.anna, story_company_imports.offer_company(BORA, ADRIA), 0),
        (story.ben, story_company_imports.take_over(ADRIA, BORA), 0),
    ]
    for actor, command, now in every.moments(steps):
        world.take(actor or story.operator, every.as_seen(world.ledger, command, now), now)
    assert world.ledger.devices[story.OTHER_SERIAL].company == BORA
    assert world.ledger.projects[HOTEL].company == BORA
    assert not +world.of(ADRIA)
    assert world.of(BORA)["Port11"] > 7


@given(every.histories)
@example(every.LINKED)
@settings(max_examples=examples(60))
def test_every_law_holds_after_every_step(history: list[tuple[Actor | None, Command, int]]) -> None:
    world = World()
    for actor, command, now in every.moments(history):
        seen = every.as_seen(world.ledger, command, now)
        world.take(actor or every.whoever_may(world.ledger, seen), seen, now)
    for project, owner in world.persons.owner.items():
        assert world.ledger.projects[project].company == owner
