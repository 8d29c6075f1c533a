"""A company with devices, and what it asks for: the commands that the benchmarks send."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from benchmarks.lab import ADDRESS
from contracts.actors import Account, Actor, Operator
from contracts.catalog import MAX_REGISTERED, DeliveredDevice, DeviceModel
from contracts.commands import Command, CommandRecord
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.catalog import DefineDeviceModels
from contracts.commands.companies import FoundLedger, RegisterCompany
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.devices import AddDevice, AllocateLicenses
from contracts.identifiers import default_project_of
from contracts.licenses import DEFAULT_CATALOG, MAX_COUNT, Licenses
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR

PROJECT = default_project_of(PARTNER)
STAFF = Account(account=CLERK, company=VENDOR)
BUYER = Account(account=ADMINISTRATOR, company=PARTNER)
MODEL, DELIVERED, REFERENCE = "IP0013", date(2026, 5, 20), "bench"
TYPED = 1_000
"""As many devices as a company adds without their contact."""
PBX_TYPES = tuple(one.license_type for one in DEFAULT_CATALOG if one.license_class == "pbx")


def record(actor: Actor, command: Command, name: str) -> CommandRecord:
    """A command under an id that comes from `name`."""
    return CommandRecord(
        command_id=hashlib.sha256(name.encode()).hexdigest(),
        actor=actor,
        reply_to=ADDRESS,
        correlation_id="bench",
        command=command,
    )


def serial(number: int) -> str:
    """The serial of the benchmark's device number `number`."""
    return f"009033{number:06x}"


def founding() -> CommandRecord:
    """A new ledger with its vendor."""
    command = FoundLedger(vendor=VENDOR, administrator=CLERK, catalog=DEFAULT_CATALOG)
    return record(Operator(name="bench"), command, "found")


def founded() -> Iterator[CommandRecord]:
    """A new ledger with its vendor and a partner."""
    yield founding()
    yield from partner()


def partner() -> Iterator[CommandRecord]:
    """The partner in a ledger that is there."""
    yield record(STAFF, RegisterCompany(company=PARTNER, kind="reseller", administrator=ADMINISTRATOR), "register")


def stocked(units: int, license_types: int = 1) -> Iterator[CommandRecord]:
    """At least so many licenses of each of the first types in the partner's balance."""
    licenses = tuple(Licenses(license_type=name, count=MAX_COUNT) for name in chosen(license_types))
    for number in range(-(-units // MAX_COUNT)):
        digest = hashlib.sha256(f"key {number}".encode()).hexdigest()
        issue = IssueActivationKey(key_digest=digest, key_hint="0000", licenses=licenses, order_number="bench")
        yield record(STAFF, issue, f"issue {number}")
        yield record(BUYER, RedeemActivationKey(key_digest=digest, project=PROJECT), f"redeem {number}")


def devices(count: int) -> Iterator[CommandRecord]:
    """So many devices in the partner's project: those beyond what it may type were delivered to it."""
    yield from delivered([serial(number) for number in range(TYPED, count)])
    for number in range(count):
        yield record(BUYER, AddDevice(serial=serial(number), project=PROJECT), f"device {number}")


def delivered(serials: Sequence[str]) -> Iterator[CommandRecord]:
    """Devices that the vendor delivered to the partner."""
    if serials:
        models = DefineDeviceModels(models=(DeviceModel(model=MODEL, family="IP"),), reference=REFERENCE)
        yield record(STAFF, models, f"model of {serials[0]}")
    for first in range(0, len(serials), MAX_REGISTERED):
        some = serials[first : first + MAX_REGISTERED]
        found = (DeliveredDevice(serial=one, model=MODEL, delivered_on=DELIVERED, delivered_to=PARTNER) for one in some)
        yield record(STAFF, RegisterDevices(devices=tuple(found), reference=REFERENCE), f"delivered {some[0]}")


def refused(count: int) -> Iterator[CommandRecord]:
    """Commands that change nothing: the vendor's clerk has no right to the partner's project."""
    for number in range(count):
        yield record(STAFF, AddDevice(serial=serial(number), project=PROJECT), f"refuse {number}")


def boxes(serials: Iterable[str], units: int) -> Iterator[CommandRecord]:
    """Devices of these serials, delivered to the partner, each with so many port licenses."""
    there = list(serials)
    yield from delivered(there)
    for one in there:
        yield record(BUYER, AddDevice(serial=one, project=PROJECT), f"add {one}")
        wanted = (Licenses(license_type="Port11", count=units),)
        yield record(BUYER, AllocateLicenses(project=PROJECT, serial=one, licenses=wanted), f"fill {one}")


def allocations(count: int, among: int, license_types: int = 1) -> Iterator[CommandRecord]:
    """Allocations of one license of each type, going round the devices."""
    wanted = tuple(Licenses(license_type=name, count=1) for name in chosen(license_types))
    for number in range(count):
        command = AllocateLicenses(project=PROJECT, serial=serial(number % among), licenses=wanted)
        yield record(BUYER, command, f"allocate {number}")


def chosen(count: int) -> tuple[str, ...]:
    """Port11 first, then the other PBX types."""
    return ("Port11", *(name for name in PBX_TYPES if name != "Port11"))[:count]
