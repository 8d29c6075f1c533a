"""Devices: added to a project, licensed, and served license files."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.devices import (
    AddDevice,
    AllocateLicenses,
    DeviceCommand,
    DownloadLicenseFile,
    RecordLicenseFileDelivery,
)
from contracts.events.devices import (
    DeviceAdded,
    DeviceEvent,
    LicenseFileDelivered,
    LicenseFileDownloaded,
    LicensesAllocated,
)
from contracts.licenses import MAX_HELD, MAX_LOTS, DeviceLicenses
from ledger.domain.activation_keys import asked_for
from ledger.domain.catalog import refuse_limits, refuse_second
from ledger.domain.contact import refuse_another
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.rights import (
    absent,
    has_right,
    refuse_blocked_company,
    refuse_blocked_device,
    refuse_device,
    refuse_project,
    refuse_staff_only,
)
from ledger.domain.state import NOTHING, Device, Holdings, Ledger, Project, holdings_of, plus

ALLOCATABLE = frozenset({"pbx", "gateway"})
FINAL = frozenset({"gateway", "warranty"})


def decide(ledger: Ledger, command: DeviceCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case AllocateLicenses():
            return allocate_licenses(ledger, command, actor)
        case RecordLicenseFileDelivery():
            return record_delivery(ledger, command, actor)
        case DownloadLicenseFile():
            return download_file(ledger, command, actor)
        case AddDevice():
            return add_device(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: DeviceEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicensesAllocated():
            device = event.device
            return ledger.placed(
                ledger.allocated(device.project, holdings_of(event.lots)),
                ledger.devices.set(device.serial, ledger.devices[device.serial].changed(device)),
            )
        case LicenseFileDelivered() | LicenseFileDownloaded():
            known = ledger.devices[event.serial]
            if known.delivered == event.issue:
                return ledger
            came = isinstance(event, LicenseFileDelivered) and event.path == "direct"
            delivered = known._replace(
                delivered=event.issue,
                delivered_sequence=ledger.sequence,
                bound=known.holdings,
                in_contact=known.in_contact or (came and bool(known.holdings or known.test)),
            )
            return ledger._replace(devices=ledger.devices.set(event.serial, delivered))
        case DeviceAdded():
            return arrived(ledger, event.company, event.device)
        case _:
            assert_never(event)


def arriving(ledger: Ledger, serial: str, project: str) -> DeviceLicenses:
    """A device of no project as it will be in one: new, or with what stayed on it when it was released."""
    known = ledger.released.get(serial)
    if known is None:
        return DeviceLicenses(serial=serial, project=project, generation=1, issue=1, licenses=())
    return ledger.device_licenses(serial, known._replace(project=project, issue=known.issue + 1))


def refuse_arriving(ledger: Ledger, serial: str, project: str) -> Rejection | None:
    """Rejects a device that was replaced, or was released with what only one device of a project may hold (rule R3)."""
    if serial in ledger.cold.replaced:
        return Rejection("device_replaced")
    known = ledger.released.get(serial)
    return None if known is None else refuse_second(ledger, project, known.holdings)


def arrived(ledger: Ledger, company: str, device: DeviceLicenses, *, in_contact: bool = False) -> Ledger:
    """The ledger with a device that came into a project and was in none before; `in_contact` if it did so itself."""
    known = ledger.released.get(device.serial)
    here = Device(company, device.project, device.generation, device.issue, NOTHING) if known is None else known
    return ledger._replace(
        projects=ledger.with_device(device.project, holdings_of(device.licenses)),
        devices=ledger.devices.set(
            device.serial, here.changed(device)._replace(company=company, in_contact=in_contact)
        ),
        released=ledger.released if known is None else ledger.released.delete(device.serial),
    )


def add_device(ledger: Ledger, command: AddDevice, actor: Actor) -> DeviceAdded | Rejection:
    """A device is in one project at a time."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    known = ledger.devices.get(command.serial)
    if known is None:
        if refused := refuse_arriving(ledger, command.serial, command.project):
            return refused
        company = ledger.projects[command.project].company
        if refused := refuse_another(ledger, command.serial, company):
            return refused
        return DeviceAdded(company=company, device=arriving(ledger, command.serial, command.project))
    if known.project == command.project:
        return Rejection("device_in_project")
    seen = has_right(ledger, actor, known.project, "view")
    return Rejection("device_known_elsewhere", {"project": known.project} if seen else {})


def allocate_licenses(ledger: Ledger, command: AllocateLicenses, actor: Actor) -> LicensesAllocated | Rejection:
    """Licenses go from the balance to the device, all or none (rules R2 and R4)."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    project = ledger.projects[command.project]
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if refused := refuse_elsewhere(ledger, actor, device, command.project):
        return refused
    if refused := refuse_blocked_device(ledger, command.serial):
        return refused
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
        test=device.test,
    )
    return LicensesAllocated(company=project.company, lots=ledger.lots(wanted), device=after)


def refuse_elsewhere(ledger: Ledger, actor: Actor, device: Device, project: str) -> Rejection | None:
    """Rejects a device that is not in this project; only those who may see its project learn where it is."""
    if device.project == project:
        return None
    if device.company == ledger.projects[project].company and has_right(ledger, actor, device.project, "view"):
        return Rejection("device_not_in_project", {"project": device.project})
    return Rejection("device_unknown")


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
    return refuse_limits(ledger, device, wanted)


def record_delivery(
    ledger: Ledger, command: RecordLicenseFileDelivery, actor: Actor
) -> LicenseFileDelivered | AlreadyDone | Rejection:
    """Only the newest file may leave; the first time it does is an event (rule R5)."""
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if refused := refuse_device(ledger, actor, command.serial, device, "licenses"):
        return refused
    if refused := _refuse_file(ledger, command, device):
        return refused
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


def download_file(ledger: Ledger, command: DownloadLicenseFile, actor: Actor) -> LicenseFileDownloaded | Rejection:
    """Staff downloads a file for support, each time with reason and reference (rule X5); it binds like any delivery."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if refused := _refuse_file(ledger, command, device):
        return refused
    return LicenseFileDownloaded(
        company=device.company,
        project=device.project,
        serial=command.serial,
        generation=command.generation,
        issue=command.issue,
        file_sha256=command.file_sha256,
        reason=command.reason,
        reference=command.reference,
    )


def _refuse_file(
    ledger: Ledger, command: RecordLicenseFileDelivery | DownloadLicenseFile, device: Device
) -> Rejection | None:
    """Rejects any file but the newest, and every file of a blocked device or company, whoever asks."""
    refused = refuse_blocked_device(ledger, command.serial) or refuse_blocked_company(ledger, device.company)
    if refused:
        return refused
    if (command.generation, command.issue) != (device.generation, device.issue):
        return Rejection("license_file_superseded", {"generation": device.generation, "issue": device.issue})
    return None
