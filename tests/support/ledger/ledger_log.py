"""A ledger's log made by hand, entry by entry, as its writer would write it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contracts.actors import Account
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.devices import DeviceAdded, LicenseFileDelivered, LicenseFileDownloaded, LicensesAllocated
from contracts.events.returns import LicensesReturned
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import DEFAULT_CATALOG, DeviceLicenses, Lot
from contracts.log.entries import GENESIS, encode_entry, entry_hash

VENDOR, STAFF = derived_id("v", "company"), derived_id("v", "account")
ADRIA, ANNA = derived_id("a", "company"), derived_id("a", "account")
BORA, BEN = derived_id("b", "company"), derived_id("b", "account")
HOTEL = derived_id("hotel", "project")
SERIAL = "009033010203"
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass
class Log:
    """Entries in order; `values` are the records."""

    ledger: int = 0
    values: list[bytes] = field(default_factory=list[bytes])
    head: str = GENESIS

    def add(self, *events: Event) -> "Log":
        for event in events:
            value = entry_of(event, self.ledger, len(self.values) + 1, self.head)
            self.values.append(value)
            self.head = entry_hash(value)
        return self


def entry_of(event: Event, ledger: int, sequence: int, prev: str) -> bytes:
    command_id = hashlib.sha256(f"{ledger}/{sequence}".encode()).hexdigest()
    return encode_entry(
        event,
        ledger=ledger,
        sequence=sequence,
        prev=prev,
        at=START + timedelta(seconds=sequence),
        command_id=command_id,
        command_hash=command_id,
        actor=str(Account(account=ANNA, company=ADRIA)),
        correlation_id="test",
    )


def port(count: int) -> Lot:
    return Lot(license_type="Port11", license_class="pbx", count=count)


def bri(count: int) -> Lot:
    return Lot(license_type="BRI", license_class="gateway", count=count)


def founded() -> LedgerFounded:
    return LedgerFounded(
        vendor=VENDOR, administrator=STAFF, default_project=default_project_of(VENDOR), catalog=DEFAULT_CATALOG
    )


def registered(company: str = ADRIA, administrator: str = ANNA) -> CompanyRegistered:
    return CompanyRegistered(
        company=company, kind="reseller", administrator=administrator, default_project=default_project_of(company)
    )


def project(name: str = "Hotel Adria", project: str = HOTEL, company: str = ADRIA) -> ProjectCreated:
    return ProjectCreated(company=company, project=project, project_name=name)


def key(name: str, *lots: Lot) -> ActivationKeyIssued:
    return ActivationKeyIssued(key_digest=digest(name), key_hint="K3YZ", lots=lots, order_number="PO-1")


def redeemed(name: str, *lots: Lot, into: str = HOTEL, company: str = ADRIA) -> ActivationKeyRedeemed:
    return ActivationKeyRedeemed(key_digest=digest(name), company=company, project=into, lots=lots)


def device(*licenses: Lot, issue: int, generation: int = 1, serial: str = SERIAL, at: str = HOTEL) -> DeviceLicenses:
    return DeviceLicenses(serial=serial, project=at, generation=generation, issue=issue, licenses=licenses)


def added(state: DeviceLicenses, company: str = ADRIA) -> DeviceAdded:
    return DeviceAdded(company=company, device=state)


def allocated(state: DeviceLicenses, *lots: Lot, company: str = ADRIA) -> LicensesAllocated:
    return LicensesAllocated(company=company, lots=lots, device=state)


def delivered(generation: int, issue: int, serial: str = SERIAL) -> LicenseFileDelivered:
    return LicenseFileDelivered(
        company=ADRIA,
        project=HOTEL,
        serial=serial,
        generation=generation,
        issue=issue,
        file_sha256=digest("file"),
        path="direct",
    )


def downloaded(generation: int, issue: int, serial: str = SERIAL) -> LicenseFileDownloaded:
    return LicenseFileDownloaded(
        company=ADRIA,
        project=HOTEL,
        serial=serial,
        generation=generation,
        issue=issue,
        file_sha256=digest("file"),
        reason="It cannot be uploaded",
        reference="CASE-1",
    )


def returned(state: DeviceLicenses, *lots: Lot, spent: int = 1) -> LicensesReturned:
    return LicensesReturned(
        company=ADRIA,
        spent_generation=spent,
        document_digest=digest("document"),
        certificate_sha256=digest("certificate"),
        firmware="11.00",
        counts_differ=False,
        document="PGE+PC9hPg==",
        lots=lots,
        device=state,
    )


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def story() -> Log:
    """The main job: 50 ports and 4 interfaces redeemed, 20 and 4 allocated, delivered, and the 20 given back."""
    return Log().add(
        founded(),
        registered(),
        project(),
        key("k", port(50), bri(4)),
        redeemed("k", port(50), bri(4)),
        added(device(issue=1)),
        allocated(device(bri(4), port(20), issue=2), bri(4), port(20)),
        delivered(1, 2),
        returned(device(bri(4), issue=3, generation=2), port(20)),
    )


def long_story(devices: int, projects: int = 20, per_device: int = 4) -> Log:
    """Many devices of many projects, each allocated one port `per_device` times."""
    log = Log().add(founded(), registered())
    ids = [derived_id(str(number), "project") for number in range(projects)]
    for number, one in enumerate(ids):
        log.add(project(f"Hotel {number}", one), key(str(number), port(900_000)))
        log.add(redeemed(str(number), port(900_000), into=one))
    serials = [f"009033{number:06x}" for number in range(devices)]
    for number, serial in enumerate(serials):
        log.add(added(device(issue=1, serial=serial, at=ids[number % projects])))
    for count in range(1, per_device + 1):
        for number, serial in enumerate(serials):
            state = device(port(count), issue=count + 1, serial=serial, at=ids[number % projects])
            log.add(allocated(state, port(1)))
    return log
