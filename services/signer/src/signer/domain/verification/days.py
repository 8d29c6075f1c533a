"""The law of days: what an entry calls its day is the day on which it was made."""

from datetime import date, datetime

from contracts.dates import civil_day
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.device_moves import DeviceMoved
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.projects import LicensesMoved
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.licenses import DeviceLicenses, TestLicenses
from contracts.software_service import Coverage
from signer.domain.laws import LawBrokenError


def require_day(event: Event, at: datetime) -> None:
    """The day that an event counts from is the civil day of its entry; raises LawBrokenError."""
    day = _stated_day(event)
    if day is not None and day != civil_day(at):
        raise LawBrokenError("day_wrong", f"the entry says that it was made on {day}")


def _stated_day(event: Event) -> date | None:
    match event:
        case TestLicensesIssued(device=DeviceLicenses(test=TestLicenses(issued_on=day))):
            return day
        case SoftwareServiceBought(on=day) | HeldLicensesReleased(on=day) | LicensesUpgraded(on=day):
            return day
        case ActivationKeyRedeemed(coverage=Coverage(on=day)) | LicensesMoved(coverage=Coverage(on=day)):
            return day
        case DeviceMoved(coverage=Coverage(on=day)) | LegacyLicensesConverted(coverage=Coverage(on=day)):
            return day
        case _:
            return None
