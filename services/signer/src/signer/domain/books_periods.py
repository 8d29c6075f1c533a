"""The signer's laws of everything that has an end: each end follows from its anchor and its months."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.dates import TEST_MONTHS, civil_day, last_day
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.corrections import DeliveryCorrected
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.device_moves import DeviceMoved
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.projects import LicensesMoved
from contracts.events.replacements import DeviceReplaced
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import DeviceLicenses, TestLicenses
from contracts.software_service import Coverage
from signer.domain.books_catalog import Catalog
from signer.domain.laws import LawBrokenError


@dataclass(frozen=True, slots=True)
class Warranty:
    """Since when, for how many months in all, and how many of them came with a device of this model."""

    delivered_on: date
    months: int
    base_months: int
    model: str


class Periods:
    """The periods of one ledger. After a LawBrokenError they are of no further use."""

    __slots__ = ("_ended", "_tests", "_warranties")

    def __init__(self) -> None:
        self._warranties: dict[str, Warranty] = {}
        self._tests: dict[str, TestLicenses] = {}  # the one that a device ever gets; never removed
        self._ended: set[str] = set()  # whose test was given back, or is the one of the device that it replaced

    def deliver(self, event: DevicesRegistered) -> None:
        """Devices were delivered: each once."""
        for one in event.devices:
            if one.serial in self._warranties:
                raise LawBrokenError("device_delivered_once", f"device {one.serial} was delivered before")
            self._warranties[one.serial] = Warranty(
                one.delivered_on, one.warranty_months, one.warranty_months, one.model
            )

    def extend_warranty(self, event: WarrantyExtended, catalog: Catalog) -> None:
        """One extension was used up, and the warranty got its months and no more."""
        before = self._warranties.get(event.serial)
        lot = event.lots[0] if len(event.lots) == 1 else None
        months = catalog[lot.license_type].months if lot and lot.count == 1 else None
        if before is None or months is None:
            raise LawBrokenError("warranty_wrong", f"nothing extends the warranty of device {event.serial}")
        after = replace(before, delivered_on=event.delivered_on, months=event.months)
        if after != replace(before, months=before.months + months) or after.months > MAX_WARRANTY_MONTHS:
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has other months")
        if event.ends_on != last_day(after.delivered_on, after.months):
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} ends on another day")
        self._warranties[event.serial] = after

    def correct_delivery(self, event: DeliveryCorrected) -> None:
        """Months that were bought stay, those of the base only with the model, and the end follows from the day."""
        before = self._warranties.get(event.serial)
        if before is None:
            raise LawBrokenError("warranty_wrong", f"device {event.serial} was never delivered")
        bought = before.months - before.base_months
        if event.months - event.base_months != bought or event.months > MAX_WARRANTY_MONTHS:
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has other months")
        if event.model == before.model and event.base_months != before.base_months:
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has another base")
        if event.ends_on != last_day(event.delivered_on, event.months):
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} ends on another day")
        self._warranties[event.serial] = Warranty(event.delivered_on, event.months, event.base_months, event.model)

    def issue_test(self, device: DeviceLicenses, catalog: Catalog) -> None:
        """A device got its test: once for ever, of PBX types, for three months."""
        test = device.test
        if test is None or device.serial in self._tests:
            raise LawBrokenError("test_wrong", f"device {device.serial} gets no test, or a second one")
        if test.expires != last_day(test.issued_on, TEST_MONTHS):
            raise LawBrokenError("test_wrong", f"the test of device {device.serial} ends on another day")
        for one in test.licenses:
            facts = catalog.get(one.license_type)
            if facts is None or facts.license_class != "pbx" or one.count != (test.count or 1):
                raise LawBrokenError("test_wrong", f"{one.license_type} cannot be on test like that")
        self._tests[device.serial] = test

    def end_test(self, serial: str) -> None:
        """A return ends the test of its generation without credit (domain C6)."""
        if serial in self._tests:
            self._ended.add(serial)

    def inherit_test(self, event: DeviceReplaced) -> None:
        """A replacement has had the test of the former device, which ends; it gets none of its own any more."""
        former, device, used = event.former.serial, event.device.serial, event.test_used
        if used != self._tests.get(former):
            raise LawBrokenError("test_wrong", f"the test of device {former} is another one")
        self.end_test(former)
        if used is not None:
            self._tests[device] = used
        self.end_test(device)

    def inherit_warranty(self, former: str, device: str) -> None:
        """A replacement stays of its model, and goes on with the former device's warranty instead of its own."""
        before, own = self._warranties.pop(former, None), self._warranties.get(device)
        if before is not None:
            self._warranties[device] = replace(before, model=own.model) if own else before

    def running_test(self, serial: str) -> TestLicenses | None:
        """The test that a device was issued and did not give back; it may be over by its date."""
        return None if serial in self._ended else self._tests.get(serial)

    def require_test(self, device: DeviceLicenses) -> None:
        """What a device has on test is what was issued for it, neither more nor less."""
        if device.test != self.running_test(device.serial):
            raise LawBrokenError("device_test_wrong", f"device {device.serial} has another test than it was issued")


def require_day(event: Event, at: datetime) -> None:
    """What an entry calls its day is the day on which it was made."""
    match event:
        case TestLicensesIssued(device=DeviceLicenses(test=TestLicenses(issued_on=day))):
            pass
        case SoftwareServiceBought(on=day) | HeldLicensesReleased(on=day) | LicensesUpgraded(on=day):
            pass
        case ActivationKeyRedeemed(coverage=Coverage(on=day)) | LicensesMoved(coverage=Coverage(on=day)):
            pass
        case DeviceMoved(coverage=Coverage(on=day)) | LegacyLicensesConverted(coverage=Coverage(on=day)):
            pass
        case _:
            return
    if day != civil_day(at):
        raise LawBrokenError("day_wrong", f"the entry says that it was made on {day}")
