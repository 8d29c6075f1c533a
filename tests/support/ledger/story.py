"""given(...).when(...).then(...): how the tests of the rules read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from contracts.accounts import device_account, project_account
from contracts.actors import Account, Actor, Device, Operator
from contracts.commands import Command
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.companies import CreateProject, FoundLedger, RegisterCompany
from contracts.commands.devices import AddDevice, AllocateLicenses, RecordLicenseFileDelivery
from contracts.commands.returns import ReturnLicenses
from contracts.events import Event
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import DEFAULT_CATALOG, Licenses
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger

VENDOR, STAFF = derived_id("v", "company"), derived_id("v", "account")
ADRIA, ANNA = derived_id("a", "company"), derived_id("a", "account")
BORA, BEN = derived_id("b", "company"), derived_id("b", "account")
HOTEL = derived_id("hotel", "project")
DEFAULT = default_project_of(ADRIA)
SERIAL, OTHER_SERIAL = "009033010203", "009033010204"
KEY, OTHER_KEY = "a1" * 32, "b2" * 32
DIGEST = "d1" * 32
CERTIFICATE = "c1" * 32

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

operator = Operator(name="root")
staff = Account(account=STAFF, company=VENDOR)
anna = Account(account=ANNA, company=ADRIA)
ben = Account(account=BEN, company=BORA)
box = Device(serial=SERIAL, certificate_sha256=CERTIFICATE)
other_box = Device(serial=OTHER_SERIAL, certificate_sha256=CERTIFICATE)


def licenses(**counts: int) -> tuple[Licenses, ...]:
    return tuple(Licenses(license_type=name, count=count) for name, count in counts.items())


def found() -> FoundLedger:
    return FoundLedger(vendor=VENDOR, administrator=STAFF, catalog=DEFAULT_CATALOG)


def register(company: str = ADRIA, administrator: str = ANNA) -> RegisterCompany:
    return RegisterCompany(company=company, kind="reseller", administrator=administrator)


def project(name: str = "Hotel Adria", company: str = ADRIA, identity: str = HOTEL) -> CreateProject:
    return CreateProject(company=company, project=identity, project_name=name)


def issue(key: str = KEY, **counts: int) -> IssueActivationKey:
    return IssueActivationKey(key_digest=key, key_hint="K3YZ", licenses=licenses(**counts), order_number="PO-1")


def redeem(key: str = KEY, into: str = HOTEL) -> RedeemActivationKey:
    return RedeemActivationKey(key_digest=key, project=into)


def add(serial: str = SERIAL, into: str = HOTEL) -> AddDevice:
    return AddDevice(serial=serial, project=into)


def allocate(
    serial: str = SERIAL, source: str = HOTEL, *, confirm_final: bool = True, **counts: int
) -> AllocateLicenses:
    return AllocateLicenses(project=source, serial=serial, licenses=licenses(**counts), confirm_final=confirm_final)


def deliver(generation: int, issue: int, serial: str = SERIAL) -> RecordLicenseFileDelivery:
    return RecordLicenseFileDelivery(
        serial=serial, generation=generation, issue=issue, file_sha256="f0" * 32, path="direct"
    )


def give_back(generation: int = 1, digest: str = DIGEST, serial: str = SERIAL, **stated: int) -> ReturnLicenses:
    return ReturnLicenses(
        serial=serial,
        generation=generation,
        document_digest=digest,
        certificate_sha256=CERTIFICATE,
        firmware="11.00",
        stated=tuple(stated.items()),
        document="PHg+",
    )


@dataclass(slots=True)
class Story:
    """A ledger with a past; `when` asks one thing, `then` and its kin say what came of it."""

    ledger: Ledger = field(default_factory=Ledger)
    now: datetime = NOON
    answer: Event | Rejection | AlreadyDone | None = None
    asked_by: Actor = operator

    def given(self, *asked: tuple[Actor, Command]) -> Self:
        for actor, command in asked:
            self.when(actor, command)
            self.accepted()
        return self

    def when(self, actor: Actor, command: Command) -> Self:
        self.asked_by = actor
        self.answer = decide(self.ledger, command, actor, now=self.now)
        return self

    def accepted(self) -> Event:
        """The event that came of it, which the ledger takes in."""
        assert self.answer is not None
        assert not isinstance(self.answer, Rejection | AlreadyDone), self.answer
        self.ledger = evolve(self.ledger, self.answer, at=self.now, by=str(self.asked_by))
        return self.answer

    def refused(self, code: str, **details: str | int) -> Self:
        assert isinstance(self.answer, Rejection), self.answer
        assert (self.answer.code, self.answer.details) == (code, details)
        return self

    def resting_on(self, *entries: int) -> Self:
        """The entries that the refusal names."""
        assert isinstance(self.answer, Rejection), self.answer
        assert self.answer.entries == entries
        return self

    def done_before(self, sequence: int) -> Self:
        assert self.answer == AlreadyDone(sequence)
        return self

    def free(self, project_id: str = HOTEL) -> dict[str, int]:
        return dict(self.ledger.projects[project_id].free)

    def on(self, serial: str = SERIAL) -> dict[str, int]:
        return dict(self.ledger.devices[serial].holdings)


def a_founded_ledger() -> Story:
    return Story().given((operator, found()))


def a_project() -> Story:
    return a_founded_ledger().given((staff, register()), (staff, register(BORA, BEN)), (anna, project()))


def a_stocked_project() -> Story:
    """50 ports, 2 voicemails and 4 channels free, and one empty device."""
    return a_project().given((staff, issue(Port11=50, Voicemail11=2, Channel=4)), (anna, redeem()), (anna, add()))


def allocated_in(ledger: Ledger, project_id: str) -> dict[str, int]:
    """What stands on all devices of a project together, looked up one by one."""
    found: Counter[str] = Counter()
    for device in ledger.devices.values():
        found.update(device.holdings if device.project == project_id else {})
    return dict(found)


REASON, REFERENCE = "Ordered by mistake", "CASE-2026-0117"


PLACE = project_account(HOTEL)


ON_DEVICE = device_account(SERIAL)
