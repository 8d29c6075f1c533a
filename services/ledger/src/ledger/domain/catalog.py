"""The catalog of license types and device models."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.catalog import LicenseTypeFacts, described
from contracts.commands.catalog import CatalogCommand, DefineDeviceModels, DefineLicenseTypes
from contracts.events.catalog import CatalogEvent, DeviceModelsDefined, LicenseTypesDefined
from contracts.licenses import LicenseTypeDefinition
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import refuse_staff_only
from ledger.domain.state import Device, Holdings, Ledger

VERSIONED = frozenset({"pbx", "gateway"})


def decide(ledger: Ledger, command: CatalogCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family; all of them are the vendor's staff's."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    match command:
        case DefineLicenseTypes():
            return define_license_types(ledger, command)
        case DefineDeviceModels():
            return define_device_models(command)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: CatalogEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicenseTypesDefined():
            return ledger._replace(
                catalog=ledger.catalog.update({one.license_type: one.license_class for one in event.license_types}),
                facts=ledger.facts.update({one.license_type: one for one in event.license_types}),
            )
        case DeviceModelsDefined():
            return ledger._replace(models=ledger.models.update({one.model: one for one in event.models}))
        case _:
            assert_never(event)


def define_license_types(ledger: Ledger, command: DefineLicenseTypes) -> LicenseTypesDefined | Rejection:
    """A license that somebody already has never changes its identity; its weight and its limits can change."""
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


def refuse_definitions(definitions: Iterable[LicenseTypeDefinition]) -> Rejection | None:
    """Rejects a first catalog that breaks what later definitions have to keep, such as a version 0."""
    places: set[tuple[str, int | str]] = set()
    for one in definitions:
        facts = _described(one)
        if facts is None or not _is_consistent(facts) or _place(facts) in places:
            return Rejection("license_type_inconsistent", {"license_type": one.license_type})
        places.add(_place(facts))
    return None


def _described(definition: LicenseTypeDefinition) -> LicenseTypeFacts | None:
    """What the name says, or None where a version or a number of months is out of range."""
    try:
        return described(definition)
    except ValueError:
        return None


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


def refuse_second(ledger: Ledger, project: str, holdings: Holdings) -> Rejection | None:
    """Rejects a device with what only one device of the project may hold, where another holds it (rule R3)."""
    there = ledger.projects[project].allocated
    for name in holdings:
        if ledger.facts[name].sole_device and _versions(ledger, name, there):
            return Rejection("smb_limit", {"license_type": name, "devices": 1})
    return None


def refuse_limits(ledger: Ledger, device: Device, wanted: Holdings) -> Rejection | None:
    """Rejects more of a type than a device may hold, or than one device of a project may (rule R3)."""
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
