"""Rows of the catalog, of the devices that the vendor delivered, and of what ends."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, assert_never

from contracts.catalog import LicenseTypeFacts, described
from contracts.dates import last_day
from contracts.events.catalog import CatalogEvent, DeviceModelsDefined, LicenseTypesDefined
from contracts.events.companies import LedgerFounded
from contracts.events.corrections import DeliveryCorrected
from contracts.events.delivered_devices import DeliveredDeviceEvent, DevicesRegistered
from contracts.events.replacements import DeviceReplaced
from contracts.events.software_service import SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import Licenses, TestLicenses

NO_GENERATION = 0
"""Of a test that another device had: it runs in no generation of this one."""


class LicenseTypeRow(NamedTuple):
    license_type: str
    license_class: str
    family: str
    version: int | None
    weight: int
    device_limit: int | None
    sole_device: bool
    months: int | None
    sequence: int


class ModelRow(NamedTuple):
    model: str
    family: str
    warranty_months: int
    sequence: int


class DeliveredRow(NamedTuple):
    serial: str
    sequence: int
    model: str
    delivered_on: date
    base_months: int


class WarrantyRow(NamedTuple):
    """Months in all, base and extensions, and the last day that they reach."""

    serial: str
    months: int
    ends_on: date
    sequence: int


class TestRow(NamedTuple):
    """It runs while the device is in this generation, until the end of `expires`."""

    serial: str
    sequence: int
    generation: int
    version: int
    slave: bool
    each: int | None
    issued_on: date
    expires: date
    licenses: tuple[Licenses, ...]


class ServiceRow(NamedTuple):
    project: str
    anchor: date
    months: int
    ends_on: date
    sequence: int


@dataclass(slots=True)
class CatalogChanges:
    """Newest rows by their key, and every delivery, warranty and test there was."""

    license_types: dict[str, LicenseTypeRow] = field(default_factory=dict[str, LicenseTypeRow])
    models: dict[str, ModelRow] = field(default_factory=dict[str, ModelRow])
    delivered: list[DeliveredRow] = field(default_factory=list[DeliveredRow])
    warranties: dict[str, WarrantyRow] = field(default_factory=dict[str, WarrantyRow])
    warranty_versions: list[WarrantyRow] = field(default_factory=list[WarrantyRow])
    services: dict[str, ServiceRow] = field(default_factory=dict[str, ServiceRow])
    tests: list[TestRow] = field(default_factory=list[TestRow])


def note_founded(changes: CatalogChanges, event: LedgerFounded, sequence: int) -> None:
    """The catalog that a ledger begins with."""
    for definition in event.catalog:
        changes.license_types[definition.license_type] = _type_row(described(definition), sequence)


def note(changes: CatalogChanges, event: CatalogEvent | DeliveredDeviceEvent, sequence: int) -> None:
    """What an entry of this family adds."""
    match event:
        case LicenseTypesDefined():
            for facts in event.license_types:
                changes.license_types[facts.license_type] = _type_row(facts, sequence)
        case DeviceModelsDefined():
            for model in event.models:
                changes.models[model.model] = ModelRow(model.model, model.family, model.warranty_months, sequence)
        case DevicesRegistered():
            for one in event.devices:
                months, ends_on = one.warranty_months, last_day(one.delivered_on, one.warranty_months)
                changes.delivered.append(DeliveredRow(one.serial, sequence, one.model, one.delivered_on, months))
                _warranty(changes, WarrantyRow(one.serial, months, ends_on, sequence))
        case _:
            assert_never(event)


def note_warranty(changes: CatalogChanges, event: WarrantyExtended, sequence: int) -> None:
    """How far a device's warranty reaches now."""
    _warranty(changes, WarrantyRow(event.serial, event.months, event.ends_on, sequence))


def note_corrected(changes: CatalogChanges, event: DeliveryCorrected, sequence: int) -> None:
    """What a device is from here on, and how far its warranty reaches; what was said before stays its past."""
    row = DeliveredRow(event.serial, sequence, event.model, event.delivered_on, event.base_months)
    changes.delivered.append(row)
    _warranty(changes, WarrantyRow(event.serial, event.months, event.ends_on, sequence))


def note_inherited(changes: CatalogChanges, event: DeviceReplaced, sequence: int) -> None:
    """A replacement has had its test if the device before it had; the warranty goes from row to row."""
    if event.test_used is not None:
        changes.tests.append(_test_row(event.device.serial, NO_GENERATION, event.test_used, sequence))


def _warranty(changes: CatalogChanges, row: WarrantyRow) -> None:
    changes.warranties[row.serial] = row
    changes.warranty_versions.append(row)


def note_test(changes: CatalogChanges, event: TestLicensesIssued, sequence: int) -> None:
    """The test of a device."""
    device = event.device
    if (test := device.test) is not None:
        changes.tests.append(_test_row(device.serial, device.generation, test, sequence))


def _test_row(serial: str, generation: int, test: TestLicenses, sequence: int) -> TestRow:
    return TestRow(
        serial,
        sequence,
        generation,
        test.version,
        test.slave,
        test.count,
        test.issued_on,
        test.expires,
        test.licenses,
    )


def note_service(changes: CatalogChanges, event: SoftwareServiceBought, sequence: int) -> None:
    """The period of a project's software service."""
    period = event.period
    changes.services[event.project] = ServiceRow(event.project, period.anchor, period.months, event.ends_on, sequence)


def _type_row(facts: LicenseTypeFacts, sequence: int) -> LicenseTypeRow:
    return LicenseTypeRow(
        facts.license_type,
        facts.license_class,
        facts.family,
        facts.version,
        facts.weight,
        facts.device_limit,
        facts.sole_device,
        facts.months,
        sequence,
    )
