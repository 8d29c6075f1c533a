"""The catalog of license types, device models, and the devices that the vendor delivered."""

from datetime import date, datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.catalog import LicenseTypeFacts
from contracts.commands.catalog import CatalogCommand, DefineDeviceModels, DefineLicenseTypes, RegisterDevices
from contracts.dates import civil_day
from contracts.events.catalog import (
    CatalogEvent,
    DeviceModelsDefined,
    DevicesRegistered,
    LicenseTypesDefined,
    RegisteredDevice,
)
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import refuse_staff_only
from ledger.domain.state import Delivered, Device, Holdings, Ledger

VERSIONED = frozenset({"pbx", "gateway"})
EARLIEST_DELIVERY = date(1997, 1, 1)
"""The vendor is not older than that: an earlier day is a mistake, and the warranty would have ended before it began."""


def decide(ledger: Ledger, command: CatalogCommand, actor: Actor, now: datetime) -> Decision:
    """Answer a command of this family; all of them are the vendor's staff's."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    match command:
        case DefineLicenseTypes():
            return define_license_types(ledger, command)
        case DefineDeviceModels():
            return define_device_models(command)
        case RegisterDevices():
            return register_devices(ledger, command, now)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: CatalogEvent) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicenseTypesDefined():
            return ledger._replace(
                catalog=ledger.catalog.update({one.license_type: one.license_class for one in event.license_types}),
                facts=ledger.facts.update({one.license_type: one for one in event.license_types}),
            )
        case DeviceModelsDefined():
            return ledger._replace(models=ledger.models.update({one.model: one for one in event.models}))
        case DevicesRegistered():
            added = {
                one.serial: Delivered(one.model, one.delivered_on, one.warranty_months, one.warranty_months)
                for one in event.devices
            }
            return ledger._replace(delivered=ledger.delivered.update(added))
        case _:
            assert_never(event)


def define_license_types(ledger: Ledger, command: DefineLicenseTypes) -> LicenseTypesDefined | Rejection:
    """What a license that somebody has already is never changes; what it weighs and where it may stand can."""
    defined = {one.license_type: one for one in command.license_types}
    if len(defined) != len(command.license_types):
        return Rejection("license_type_repeated")
    taken = {_place(one): one.license_type for one in ledger.facts.values()}
    for name, facts in defined.items():
        known = ledger.facts.get(name)
        if known is not None and _identity(known) != _identity(facts):
            return Rejection("license_type_fixed", {"license_type": name})
        if not _is_consistent(facts) or taken.setdefault(_place(facts), name) != name:
            return Rejection("license_type_inconsistent", {"license_type": name})
    return LicenseTypesDefined(license_types=command.license_types, reference=command.reference)


def _identity(facts: LicenseTypeFacts) -> tuple[object, ...]:
    return facts.license_class, facts.family, facts.version, facts.months


def _place(facts: LicenseTypeFacts) -> tuple[str, int | str]:
    """What no other type may have: a version of a family, or a name of its own."""
    return facts.family, facts.version or facts.license_type


def _is_consistent(facts: LicenseTypeFacts) -> bool:
    has_months = facts.months is not None
    may_have_version = facts.license_class in VERSIONED
    return has_months == (facts.license_class == "warranty") and (may_have_version or facts.version is None)


def define_device_models(command: DefineDeviceModels) -> DeviceModelsDefined | Rejection:
    """A model may be defined anew: devices that were delivered before keep what they came with."""
    if len({one.model for one in command.models}) != len(command.models):
        return Rejection("model_repeated")
    return DeviceModelsDefined(models=command.models, reference=command.reference)


def register_devices(ledger: Ledger, command: RegisterDevices, now: datetime) -> DevicesRegistered | Rejection:
    """All or none; a device is delivered once."""
    if len({one.serial for one in command.devices}) != len(command.devices):
        return Rejection("device_repeated")
    today = civil_day(now)
    registered: list[RegisteredDevice] = []
    for one in command.devices:
        model = ledger.models.get(one.model)
        if model is None:
            return Rejection("model_unknown", {"model": one.model})
        if one.serial in ledger.rare.replaced:
            return Rejection("device_replaced", {"serial": one.serial}, (ledger.rare.replaced[one.serial].sequence,))
        if one.serial in ledger.delivered:
            return Rejection("device_registered", {"serial": one.serial})
        if refused := refuse_day(one.serial, one.delivered_on, today):
            return refused
        registered.append(
            RegisteredDevice(
                serial=one.serial,
                model=one.model,
                delivered_on=one.delivered_on,
                certificate_sha256=one.certificate_sha256,
                warranty_months=model.warranty_months,
            )
        )
    return DevicesRegistered(devices=tuple(registered), reference=command.reference)


def refuse_day(serial: str, delivered_on: date, today: date) -> Rejection | None:
    """No to a day on which the vendor cannot have delivered a device."""
    if delivered_on > today:
        return Rejection("delivered_in_future", {"serial": serial})
    if delivered_on < EARLIEST_DELIVERY:
        return Rejection("delivered_too_early", {"serial": serial, "earliest": EARLIEST_DELIVERY.isoformat()})
    return None


def refuse_second(ledger: Ledger, project: str, holdings: Holdings) -> Rejection | None:
    """No to a device that comes with what only one device of the project may hold, where another holds it (R3)."""
    there = ledger.projects[project].allocated
    for name in holdings:
        if ledger.facts[name].sole_device and _versions(ledger, name, there):
            return Rejection("smb_limit", {"license_type": name, "devices": 1})
    return None


def refuse_limits(ledger: Ledger, device: Device, wanted: Holdings) -> Rejection | None:
    """No to more of a type than one device may hold, or than one device of a project may (rule R3)."""
    for name, count in wanted.items():
        facts, there, all_wanted = ledger.facts[name], device.holdings.get(name, 0), count
        if facts.sole_device:
            there, all_wanted = _versions(ledger, name, device.holdings), _versions(ledger, name, wanted)
        if facts.device_limit is not None and there + all_wanted > facts.device_limit:
            return Rejection("smb_limit", {"license_type": name, "limit": facts.device_limit})
        if facts.sole_device and _versions(ledger, name, ledger.projects[device.project].allocated) > there:
            return Rejection("smb_limit", {"license_type": name, "devices": 1})
    return None


def _versions(ledger: Ledger, license_type: str, holdings: Holdings) -> int:
    """How many there are of a type that one device of a project may hold, all versions of its family together."""
    family = ledger.facts[license_type].family
    others = ((ledger.facts[name], count) for name, count in holdings.items())
    return sum(count for facts, count in others if facts.sole_device and facts.family == family)
