"""Devices that change their project: within a company, out of it, or across companies by consent of both (rule F1)."""

from datetime import date, datetime
from typing import assert_never

from contracts.accounts import device_account
from contracts.actors import Actor
from contracts.commands.device_moves import (
    AcceptDevice,
    DeviceMoveCommand,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.dates import civil_day
from contracts.events.device_moves import (
    DeviceMoved,
    DeviceMoveEvent,
    DeviceOffered,
    DeviceOfferWithdrawn,
    DeviceReleased,
)
from ledger.domain import legacy
from ledger.domain.catalog import refuse_second
from ledger.domain.contact import refuse_another
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.returns import RETURNABLE
from ledger.domain.rights import (
    absent,
    is_member,
    refuse_blocked_company,
    refuse_giving_away,
    refuse_handling,
    refuse_project,
    refuse_staff_only,
)
from ledger.domain.software_service import coverage_on_device, covered
from ledger.domain.state import Device, Ledger


def decide(ledger: Ledger, command: DeviceMoveCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family; a device that nobody has in a project is unknown to all of them."""
    if isinstance(command, TransferDevice) and (refused := refuse_staff_only(ledger, actor)):
        return refused
    device, today = ledger.devices.get(command.serial), civil_day(now)
    match command:
        case AcceptDevice():
            return accept_device(ledger, command, device, actor, today)
        case WithdrawDeviceOffer() if device is None:
            return Rejection("offer_unknown")
        case _ if device is None:
            return absent(ledger, actor, command.serial)
        case MoveDevice():
            return move_device(ledger, command, device, actor, today)
        case ReleaseDevice():
            return release_device(ledger, command, device, actor)
        case OfferDevice():
            return offer_device(ledger, command, device, actor)
        case WithdrawDeviceOffer():
            return withdraw_offer(ledger, command, device, actor)
        case TransferDevice():
            return transfer_device(ledger, command, device, today)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: DeviceMoveEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case DeviceMoved():
            return _moved(ledger, event)
        case DeviceReleased():
            device = ledger.devices[event.serial]
            gone = ledger._replace(
                projects=ledger.without_device(event.project, device.holdings),
                devices=ledger.devices.delete(event.serial),
                released=ledger.released.set(event.serial, device),
            )
            return _left_company(gone, event.serial)
        case DeviceOffered():
            return ledger._replace(offers=ledger.offers.set(event.serial, event.offered_to))
        case DeviceOfferWithdrawn():
            return _without_offer(ledger, event.serial)
        case _:
            assert_never(event)


def move_device(
    ledger: Ledger, command: MoveDevice, device: Device, actor: Actor, today: date
) -> DeviceMoved | Rejection:
    """Within its company a device moves with all that is on it; it takes `licenses` in both projects (rule X4)."""
    if refused := refuse_handling(ledger, actor, device, "licenses"):
        return refused
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    if device.project == command.project:
        return Rejection("device_in_project")
    if ledger.projects[command.project].company != device.company:
        return Rejection("not_same_company")
    return _move(ledger, command, device, today)


def release_device(ledger: Ledger, command: ReleaseDevice, device: Device, actor: Actor) -> DeviceReleased | Rejection:
    """A device without PBX licenses leaves its company; gateway licenses stay on it, wherever it goes."""
    if refused := refuse_giving_away(ledger, actor, device) or _refuse_full(ledger, command.serial, device):
        return refused
    return DeviceReleased(company=device.company, project=device.project, serial=command.serial)


def offer_device(ledger: Ledger, command: OfferDevice, device: Device, actor: Actor) -> DeviceOffered | Rejection:
    """One side's consent: a device without PBX licenses is offered to one company at a time."""
    if refused := refuse_giving_away(ledger, actor, device) or _refuse_full(ledger, command.serial, device):
        return refused
    if command.company not in ledger.companies or command.company in ledger.cold.imported:
        return Rejection("company_unknown")
    if command.company == device.company:
        return Rejection("device_in_company")
    if command.serial in ledger.offers:
        return Rejection("device_offered", {"company": ledger.offers[command.serial]})
    return DeviceOffered(
        company=device.company, project=device.project, serial=command.serial, offered_to=command.company
    )


def withdraw_offer(
    ledger: Ledger, command: WithdrawDeviceOffer, device: Device, actor: Actor
) -> DeviceOfferWithdrawn | Rejection:
    """Whoever could offer the device takes the offer back; any member of the other company declines it."""
    offered_to = ledger.offers.get(command.serial)
    if offered_to is None:
        return Rejection("offer_unknown")
    refused = refuse_giving_away(ledger, actor, device)
    if refused and not is_member(ledger, actor, offered_to):
        return refused if refused.code == "no_right" else Rejection("offer_unknown")
    return DeviceOfferWithdrawn(
        company=device.company, project=device.project, serial=command.serial, offered_to=offered_to
    )


def accept_device(
    ledger: Ledger, command: AcceptDevice, device: Device | None, actor: Actor, today: date
) -> DeviceMoved | Rejection:
    """The other side's consent; it takes `licenses` in a project of the company that the device is offered to.

    The project comes first, whether there is such a device or not: nobody learns by it whether somebody has a serial.
    """
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    company = ledger.projects[command.project].company
    if device is None or ledger.offers.get(command.serial) != company or not is_member(ledger, actor, company):
        return Rejection("offer_unknown")
    if refused := refuse_blocked_company(ledger, device.company):
        return Rejection(refused.code, {"company": device.company}, refused.entries)
    if refused := _refuse_full(ledger, command.serial, device):
        return refused
    if not device.in_contact and (refused := refuse_another(ledger, command.serial, company)):
        return refused
    return _move(ledger, command, device, today)


def transfer_device(ledger: Ledger, command: TransferDevice, device: Device, today: date) -> DeviceMoved | Rejection:
    """Staff moves a device anywhere with all that is on it, and says why (rules F1, X5)."""
    project = ledger.projects.get(command.project)
    if project is None:
        return Rejection("project_unknown")
    if project.archived:
        return Rejection("project_archived")
    if device.project == command.project:
        return Rejection("device_in_project")
    event = _move(ledger, command, device, today)
    if isinstance(event, Rejection):
        return event
    return event.model_copy(update={"reason": command.reason, "reference": command.reference})


def _refuse_full(ledger: Ledger, serial: str, device: Device) -> Rejection | None:
    """Rejects a device with licenses that would leave the company's books with it (rule R1)."""
    if device_account(serial) in ledger.cold.legacy or any(
        ledger.catalog[name] in RETURNABLE for name in device.holdings
    ):
        return Rejection("device_not_empty")
    return None


def _move(
    ledger: Ledger, command: MoveDevice | AcceptDevice | TransferDevice, device: Device, today: date
) -> DeviceMoved | Rejection:
    """What stands on the device is paid to the end of its new project's service, since it cannot be held (rule D6)."""
    if refused := refuse_second(ledger, command.project, device.holdings):
        return refused
    paid = coverage_on_device(ledger, command.project, device.holdings, today)
    if isinstance(paid, Rejection):
        return paid
    there = device._replace(project=command.project, issue=device.issue + 1)
    return DeviceMoved(
        former_company=device.company,
        former_project=device.project,
        company=ledger.projects[command.project].company,
        device=ledger.device_licenses(command.serial, there),
        coverage=paid,
    )


def _moved(ledger: Ledger, event: DeviceMoved) -> Ledger:
    """An offer ends when the device leaves the company that made it."""
    device = event.device
    here = ledger.devices[device.serial].changed(device)._replace(company=event.company)
    left = ledger._replace(projects=ledger.without_device(event.former_project, here.holdings))
    moved = left._replace(
        projects=left.with_device(device.project, here.holdings), devices=ledger.devices.set(device.serial, here)
    )
    paid = covered(moved, device.project, event.coverage)
    return paid if event.company == event.former_company else _left_company(paid, device.serial)


def _left_company(ledger: Ledger, serial: str) -> Ledger:
    """Its offer ends, and its company's consent."""
    cold = legacy.without_consent(ledger.cold, serial)
    return _without_offer(ledger if cold is ledger.cold else ledger._replace(cold=cold), serial)


def _without_offer(ledger: Ledger, serial: str) -> Ledger:
    return ledger._replace(offers=ledger.offers.delete(serial)) if serial in ledger.offers else ledger
