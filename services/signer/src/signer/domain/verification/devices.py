"""The laws of devices: each is in one project, with one generation and one issue, and has what its account holds."""

from collections.abc import Mapping

from contracts.accounts import device_account
from contracts.events.devices import DeviceAdded, LicenseFileDelivered, LicenseFileDownloaded, LicensesAllocated
from contracts.licenses import DeviceLicenses, LicenseClass, TestLicenses
from contracts.log.postings import Posting, postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots, units_of
from signer.domain.verification.companies import require_project
from signer.domain.verification.state import Changed, DeviceLife, Units, VerifiedLedger

RETURNABLE: LicenseClass = "pbx"
FIRST_GENERATION = 1
FIRST_ISSUE = 1


def device_added(ledger: VerifiedLedger, event: DeviceAdded) -> Changed:
    """A partner adds a device to a project."""
    require_project(ledger, event.device.project, event.company)
    return arrive(ledger, event.device)


def licenses_allocated(ledger: VerifiedLedger, event: LicensesAllocated) -> Changed:
    """Licenses go from the project onto the device."""
    life_of(ledger, event.device.serial)
    require_lots(ledger, event.lots)
    return change(ledger, event.device, event.company, postings(event))


def license_file_delivered(ledger: VerifiedLedger, event: LicenseFileDelivered) -> None:
    """A device fetched its newest file, or somebody carried it there; a device that came itself is in contact."""
    _deliver(ledger, event)
    if event.path == "direct" and ledger.balance(device_account(event.serial)):
        ledger.devices_in_contact.add(event.serial)


def license_file_downloaded(ledger: VerifiedLedger, event: LicenseFileDownloaded) -> None:
    """Staff downloaded the newest file: it may reach the device, so it binds as a delivered one does."""
    _deliver(ledger, event)


def life_of(ledger: VerifiedLedger, serial: str) -> DeviceLife:
    """Where a device is, which must be in a project; raises LawBrokenError."""
    life = ledger.devices.get(serial)
    if life is None:
        raise LawBrokenError("device_unknown", f"device {serial} was never added, or is released")
    return life


def require_in_project(ledger: VerifiedLedger, serial: str, project: str) -> None:
    """The device is in that project; raises LawBrokenError."""
    if life_of(ledger, serial).project != project:
        raise LawBrokenError("device_project_wrong", f"device {serial} is not in project {project}")


def require_not_replaced(ledger: VerifiedLedger, serial: str) -> None:
    """What was replaced comes into a project only after it is back in stock."""
    if serial in ledger.replaced_devices:
        raise LawBrokenError("device_replaced", f"device {serial} was replaced by another one")


def arrive(ledger: VerifiedLedger, device: DeviceLicenses) -> Changed:
    """A device comes into a project: new and empty, or released before and with what stayed on it."""
    require_not_replaced(ledger, device.serial)
    if device.serial in ledger.devices:
        raise LawBrokenError("device_added_once", f"device {device.serial} was added before")
    before = ledger.released_devices.pop(device.serial, None)
    generation, issue = (FIRST_GENERATION, FIRST_ISSUE) if before is None else (before.generation, before.issue + 1)
    live_on(ledger, device, DeviceLife(device.project, generation, issue))
    require_licenses(ledger, device)
    return (device,)


def change(ledger: VerifiedLedger, device: DeviceLicenses, company: str, moves: tuple[Posting, ...] = ()) -> Changed:
    """The device's next issue in its project and generation, after these moves."""
    before = life_of(ledger, device.serial)
    require_project(ledger, device.project, company)
    live_on(ledger, device, before.next_issue())
    move(ledger, moves)
    require_licenses(ledger, device)
    return (device,)


def live_on(ledger: VerifiedLedger, device: DeviceLicenses, life: DeviceLife) -> None:
    """The device goes on as `life`, which is what the event must state."""
    if device.project != life.project:
        raise LawBrokenError("device_project_wrong", f"device {device.serial} is in another project")
    if device.generation != life.generation:
        raise LawBrokenError(
            "device_generation_wrong", f"generation {device.generation} stands where {life.generation} must"
        )
    if device.issue != life.issue:
        raise LawBrokenError("device_issue_wrong", f"issue {device.issue} stands where {life.issue} must")
    ledger.devices[device.serial] = life


def require_licenses(ledger: VerifiedLedger, device: DeviceLicenses) -> None:
    """What the event says that the device has is what its account holds, and the test that it was issued."""
    if units_of(ledger, device.licenses) != ledger.balance(device_account(device.serial)):
        raise LawBrokenError(
            "device_licenses_wrong", f"the licenses stated for device {device.serial} are not those it holds"
        )
    if device.test != running_test(ledger, device.serial):
        raise LawBrokenError("device_test_wrong", f"device {device.serial} has another test than it was issued")


def running_test(ledger: VerifiedLedger, serial: str) -> TestLicenses | None:
    """The test that a device was issued and did not give back; it may be over by its date."""
    return None if serial in ledger.ended_tests else ledger.tests.get(serial)


def returnable_on(ledger: VerifiedLedger, serial: str) -> Units:
    """The PBX licenses on a device."""
    held = ledger.balance(device_account(serial))
    return {name: units for name, units in held.items() if ledger.catalog[name].license_class == RETURNABLE}


def bind_at_most_what_is_held(ledger: VerifiedLedger, serial: str) -> None:
    """What a correction took off a device binds no more: never more than stands there."""
    held = returnable_on(ledger, serial)
    bound = ledger.delivered_licenses.pop(serial, {})
    ledger.delivered_licenses[serial] = {name: min(count, held[name]) for name, count in bound.items() if name in held}


def bind_as_upgraded(ledger: VerifiedLedger, serial: str, became: Mapping[str, str]) -> None:
    """What was delivered stays bound as the types that it became."""
    bound: Units = {}
    for name, count in ledger.delivered_licenses.get(serial, {}).items():
        target = became.get(name, name)
        bound[target] = bound.get(target, 0) + count
    ledger.delivered_licenses[serial] = bound


def _deliver(ledger: VerifiedLedger, event: LicenseFileDelivered | LicenseFileDownloaded) -> None:
    """The file is the newest one, and its PBX licenses are bound to the device from here on."""
    life = life_of(ledger, event.serial)
    if (life.project, life.generation, life.issue) != (event.project, event.generation, event.issue):
        raise LawBrokenError("delivery_wrong", f"the file delivered to {event.serial} is not its newest one")
    require_project(ledger, event.project, event.company)
    ledger.delivered_licenses[event.serial] = returnable_on(ledger, event.serial)
