"""Devices: brought into a project, given licenses, and served license files."""

from typing import assert_never

from contracts.actors import Actor
from contracts.commands import AddDevice, AllocateLicenses, DeviceCommand, RecordLicenseFileDelivery
from contracts.events import DeviceAdded, DeviceEvent, LicenseFileDelivered, LicensesAllocated
from contracts.licenses import MAX_HELD, MAX_LOTS, DeviceLicenses
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.keys import asked_for
from ledger.domain.rights import administers, refuse_device, refuse_project
from ledger.domain.state import Device, Holdings, Ledger, Project, holdings_of, plus

ALLOCATABLE = frozenset({"pbx", "gateway"})
FINAL = frozenset({"gateway", "warranty"})


def decide(ledger: Ledger, command: DeviceCommand, actor: Actor) -> Decision:
    """Answer a command of this family."""
    match command:
        case AllocateLicenses():
            return allocate_licenses(ledger, command, actor)
        case RecordLicenseFileDelivery():
            return record_delivery(ledger, command, actor)
        case AddDevice():
            return add_device(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: DeviceEvent) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicensesAllocated():
            device = event.device
            return ledger._replace(
                projects=ledger.debited(device.project, holdings_of(event.lots)),
                devices=ledger.devices.set(device.serial, ledger.devices[device.serial].changed(device)),
            )
        case LicenseFileDelivered():
            known = ledger.devices[event.serial]
            delivered = known._replace(delivered=event.issue, delivered_sequence=ledger.sequence)
            return ledger._replace(devices=ledger.devices.set(event.serial, delivered))
        case DeviceAdded():
            device = event.device
            added = Device(event.company, device.project, device.generation, device.issue, holdings_of(device.licenses))
            return ledger._replace(devices=ledger.devices.set(device.serial, added))
        case _:
            assert_never(event)


def add_device(ledger: Ledger, command: AddDevice, actor: Actor) -> DeviceAdded | Rejection:
    """A device is in one project at a time."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    known = ledger.devices.get(command.serial)
    if known is None:
        company = ledger.projects[command.project].company
        empty = DeviceLicenses(serial=command.serial, project=command.project, generation=1, issue=1, licenses=())
        return DeviceAdded(company=company, device=empty)
    if known.project == command.project:
        return Rejection("device_in_project")
    own = administers(ledger, actor, known.company)
    return Rejection("device_known_elsewhere", {"project": known.project} if own else {})


def allocate_licenses(ledger: Ledger, command: AllocateLicenses, actor: Actor) -> LicensesAllocated | Rejection:
    """Licenses go from the balance to the device, all or none (rules R2 and R4)."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    project = ledger.projects[command.project]
    device = ledger.devices.get(command.serial)
    if device is None or device.company != project.company:
        return Rejection("device_unknown")
    if device.project != command.project:
        return Rejection("device_not_in_project", {"project": device.project})
    wanted = asked_for(ledger, command.licenses)
    if isinstance(wanted, Rejection):
        return wanted
    if refused := _refuse_allocation(ledger, command, project, device, wanted):
        return refused
    after = DeviceLicenses(
        serial=command.serial,
        project=device.project,
        generation=device.generation,
        issue=device.issue + 1,
        licenses=ledger.lots(plus(device.holdings, wanted)),
    )
    return LicensesAllocated(company=project.company, lots=ledger.lots(wanted), device=after)


def _refuse_allocation(
    ledger: Ledger, command: AllocateLicenses, project: Project, device: Device, wanted: Holdings
) -> Rejection | None:
    for name, count in wanted.items():
        license_class = ledger.catalog[name]
        if license_class not in ALLOCATABLE:
            return Rejection("class_not_allocatable", {"license_type": name, "license_class": license_class})
        if license_class in FINAL and not command.confirm_final:
            return Rejection("confirmation_required", {"license_type": name, "license_class": license_class})
        free = project.free.get(name, 0)
        if count > free:
            return Rejection("insufficient_balance", {"license_type": name, "wanted": count, "free": free})
        if device.holdings.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    if len(device.holdings.keys() | wanted.keys()) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    return None


def record_delivery(
    ledger: Ledger, command: RecordLicenseFileDelivery, actor: Actor
) -> LicenseFileDelivered | AlreadyDone | Rejection:
    """Only the newest file may leave; the first time it does is an event (rule R5)."""
    device = ledger.devices.get(command.serial)
    if device is None:
        return Rejection("device_unknown")
    if refused := refuse_device(ledger, actor, command.serial, device, "licenses"):
        return refused
    if (command.generation, command.issue) != (device.generation, device.issue):
        return Rejection("license_file_superseded", {"generation": device.generation, "issue": device.issue})
    if device.delivered == command.issue:
        return AlreadyDone(device.delivered_sequence)
    return LicenseFileDelivered(
        company=device.company,
        project=device.project,
        serial=command.serial,
        generation=command.generation,
        issue=command.issue,
        file_sha256=command.file_sha256,
        path=command.path,
    )
