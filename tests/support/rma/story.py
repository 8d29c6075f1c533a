"""What RMA tests tell: a desk with its cases, beside a ledger that knows Hotel Adria and its devices."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from immutables import Map

from contracts.actors import Account, Actor, Service
from contracts.dates import civil_day
from contracts.rma.commands import (
    FileCase,
    GrantAdvanceReplacement,
    OrderReplacement,
    ReceiveDevice,
    RecordSwap,
    RmaCommand,
    SendInAdvance,
    ShipDevice,
)
from contracts.rma.events import CaseFiled, RmaEvent
from rma.domain.decide import decide
from rma.domain.decisions import AlreadyDone, Decision, Rejection
from rma.domain.evolve import evolve
from rma.domain.lawful import require_lawful
from rma.domain.ledger_view import Company, Delivered, LedgerView, Rights, Swap
from rma.domain.state import Case, Cases

VENDOR, ADRIA, BORA = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 5))
CLERK, ANNA, BEN, MIA, GUS, SECOND = (f"00000000-0000-4000-8000-0000000000{n}" for n in range(11, 17))
HOTEL, BORAS = (f"00000000-0000-4000-8000-0000000000{n}" for n in (21, 22))
SERIAL, OTHER, UNDELIVERED, BORAS_BOX = (f"00903301020{n}" for n in range(4))
SPARE, SPARE_2 = "009033010299", "009033010298"
DELIVERED_ON = date(2026, 5, 20)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT = 77
GUEST: Rights = frozenset({"view", "rma"})

clerk = Account(account=CLERK, company=VENDOR)
second_clerk = Account(account=SECOND, company=VENDOR)
anna = Account(account=ANNA, company=ADRIA)
ben = Account(account=BEN, company=BORA)
mia = Account(account=MIA, company=ADRIA)
gus = Account(account=GUS, company=BORA)
service = Service(name="rma")


def a_ledger(sequence: int = AT) -> LedgerView:
    """Anna administers Adria, Mia is a plain member; Ben administers Bora, whose Gus may file for Adria's hotel."""
    return LedgerView(
        sequence=sequence,
        vendor=VENDOR,
        companies=Map(
            {
                VENDOR: Company(frozenset({CLERK})),
                ADRIA: Company(frozenset({ANNA}), frozenset({MIA})),
                BORA: Company(frozenset({BEN}), frozenset({GUS})),
            }
        ),
        projects=Map({HOTEL: ADRIA, BORAS: BORA}),
        grants=Map({(GUS, BORA): Map({HOTEL: GUEST})}),
        devices=Map({SERIAL: HOTEL, OTHER: HOTEL, UNDELIVERED: HOTEL, BORAS_BOX: BORAS}),
        delivered=Map({SERIAL: Delivered(DELIVERED_ON, 12), OTHER: Delivered(date(2026, 11, 20), 12)}),
    )


@dataclass
class Desk:
    """The log of cases: commands come in, and what is decided counts; `times` are those of its events."""

    ledger: LedgerView = field(default_factory=a_ledger)
    cases: Cases = field(default_factory=Cases)
    now: datetime = NOON
    events: list[RmaEvent] = field(default_factory=list[RmaEvent])
    times: list[datetime] = field(default_factory=list[datetime])

    def does(self, command: RmaCommand, actor: Actor = clerk) -> RmaEvent:
        """The event of a command that must be accepted."""
        decision = self.says(command, actor)
        assert not isinstance(decision, Rejection | AlreadyDone), decision
        require_lawful(self.cases, decision)
        self.cases = evolve(self.cases, decision, at=self.now, by=str(actor))
        self.events.append(decision)
        self.times.append(self.now)
        return decision

    def says(self, command: RmaCommand, actor: Actor = clerk) -> Decision:
        """The decision on a command, of which nothing follows yet. A swap is told when the ledger has made it."""
        if isinstance(command, RecordSwap) and (case := self.cases.cases.get(command.rma)) is not None:
            swap = Swap(case.serial, command.replacement, command.swap_sequence, civil_day(self.now))
            self.ledger = self.ledger._replace(swaps=self.ledger.swaps.set(command.rma, swap))
        return decide(self.cases, command, actor, self.ledger, now=self.now)

    def no(self, command: RmaCommand, actor: Actor = clerk) -> Rejection:
        """The rejection of a command that must be refused."""
        decision = self.says(command, actor)
        assert isinstance(decision, Rejection), decision
        return decision

    def files(self, serial: str = SERIAL, actor: Actor = anna) -> str:
        """Files a case; its number."""
        filed = self.does(FileCase(serial=serial), actor)
        assert isinstance(filed, CaseFiled), filed
        return filed.rma

    def gets(self, serial: str) -> None:
        """Let the ledger know another device of the hotel's, under warranty."""
        devices, delivered = self.ledger.devices, self.ledger.delivered
        self.ledger = self.ledger._replace(
            devices=devices.set(serial, HOTEL), delivered=delivered.set(serial, Delivered(DELIVERED_ON, 12))
        )

    def case(self, rma: str) -> Case:
        return self.cases.cases[rma]

    def later(self, days: int) -> None:
        """Let so many days go by."""
        self.now += timedelta(days=days)


def two_clerks() -> Desk:
    """A desk at which one approves what the other proposes."""
    desk = Desk()
    staff = Company(frozenset({CLERK, SECOND}))
    desk.ledger = desk.ledger._replace(companies=desk.ledger.companies.set(VENDOR, staff))
    return desk


def receive(rma: str, serial: str = SERIAL) -> ReceiveDevice:
    return ReceiveDevice(rma=rma, serial=serial)


def order(rma: str, replacement: str = SPARE) -> OrderReplacement:
    return OrderReplacement(rma=rma, replacement=replacement, finding="The board is burnt.")


def in_advance(rma: str, replacement: str = SPARE) -> SendInAdvance:
    return SendInAdvance(rma=rma, replacement=replacement, reason="Contract.", carrier="DHL", tracking_number="1")


def swapped(rma: str, replacement: str = SPARE, at: int = 80) -> RecordSwap:
    return RecordSwap(rma=rma, replacement=replacement, swap_sequence=at)


def shipped(rma: str) -> ShipDevice:
    return ShipDevice(rma=rma, carrier="DHL", tracking_number="00340434161094042557")


def grant(threshold: int = 3, company: str = ADRIA) -> GrantAdvanceReplacement:
    return GrantAdvanceReplacement(company=company, threshold=threshold, reference="SUP-9")


def owed(desk: Desk, serial: str = SERIAL, replacement: str = SPARE) -> str:
    """A case whose replacement went out in advance."""
    rma = desk.files(serial)
    desk.does(in_advance(rma, replacement))
    desk.does(swapped(rma, replacement), service)
    return rma
