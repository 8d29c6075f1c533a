"""The laws of device moves: nothing leaves a company unless both sides said so, and a sold device takes no PBX license.

Who may ask for a move is the writer's to know.
"""

from contracts.accounts import device_account
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.companies import require_not_imported, require_project
from signer.domain.verification.devices import life_of, live_on, require_licenses, returnable_on
from signer.domain.verification.software_service import cover
from signer.domain.verification.state import Changed, VerifiedLedger


def device_moved(ledger: VerifiedLedger, event: DeviceMoved) -> Changed:
    """A device goes into another project, with all that stands on it."""
    device = event.device
    require_home(ledger, device.serial, event.former_project, event.former_company)
    require_project(ledger, device.project, event.company)
    live_on(ledger, device, life_of(ledger, device.serial).moved_to(device.project))
    if event.company != event.former_company:
        _change_company(ledger, event)
    _pay(ledger, event)
    require_licenses(ledger, device)
    return (device,)


def device_released(ledger: VerifiedLedger, event: DeviceReleased) -> None:
    """A device leaves its project and is in none."""
    require_home(ledger, event.serial, event.project, event.company)
    _require_empty(ledger, event.serial)
    leave(ledger, event.serial)


def device_offered(ledger: VerifiedLedger, event: DeviceOffered) -> None:
    """The consent of the former owner to a move."""
    require_home(ledger, event.serial, event.project, event.company)
    require_not_imported(ledger, event.offered_to)
    ledger.device_offers[event.serial] = event.offered_to


def device_offer_withdrawn(ledger: VerifiedLedger, event: DeviceOfferWithdrawn) -> None:
    """The owner, or the company that it was offered to, does not want the move."""
    require_home(ledger, event.serial, event.project, event.company)
    ledger.device_offers.pop(event.serial, None)


def require_home(ledger: VerifiedLedger, serial: str, project: str, company: str) -> None:
    """The device is in that project of that company; raises LawBrokenError."""
    if life_of(ledger, serial).project != project:
        raise LawBrokenError("device_project_wrong", f"device {serial} is in another project")
    if ledger.projects.get(project) != company:
        raise LawBrokenError("company_wrong", f"project {project} is not of company {company}")


def leave(ledger: VerifiedLedger, serial: str) -> None:
    """The device is in no project, and no offer of it stands."""
    ledger.device_offers.pop(serial, None)
    ledger.devices_in_contact.discard(serial)
    ledger.released_devices[serial] = ledger.devices.pop(serial)


def _change_company(ledger: VerifiedLedger, event: DeviceMoved) -> None:
    """By consent, and empty; only staff moves a device without, for a stated reason."""
    serial = event.device.serial
    if event.reason is None or event.reference is None:
        if ledger.device_offers.get(serial) != event.company:
            raise LawBrokenError("move_without_consent", f"device {serial} was not offered to company {event.company}")
        _require_empty(ledger, serial)
    ledger.device_offers.pop(serial, None)


def _pay(ledger: VerifiedLedger, event: DeviceMoved) -> None:
    """What stands on a device is paid for in its new project, never held."""
    if event.coverage is not None and event.coverage.held:
        raise LawBrokenError("service_wrong", f"licenses on device {event.device.serial} cannot be held")
    cover(ledger, event.device.project, event.coverage)
    move(ledger, postings(event))


def _require_empty(ledger: VerifiedLedger, serial: str) -> None:
    if returnable_on(ledger, serial) or ledger.legacy(device_account(serial)):
        raise LawBrokenError("device_not_empty", f"device {serial} still has PBX licenses")
