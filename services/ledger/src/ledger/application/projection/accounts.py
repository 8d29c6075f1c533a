"""Which accounts a run of entries touches: what they hold has to be known before the entries are folded."""

from collections.abc import Iterable

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.claims import DeviceClaimed
from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.events.projects import LicensesDeallocated, LicensesMoved
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.log.entries import Entry
from contracts.log.postings import UNHELD, device_account, held_account, project_account
from ledger.application.projection import staff


def touched(entries: Iterable[Entry[Event]]) -> frozenset[str]:
    """The accounts whose holdings `fold` has to know: all but issuance and retired, which nobody asks for."""
    found: set[str] = set()
    for entry in entries:
        match entry.data:
            case WarrantyExtended(project=project) | ActivationKeyRedeemed(project=project, coverage=None):
                found.add(project_account(project))
            case (
                ActivationKeyRedeemed(project=project)
                | SoftwareServiceBought(project=project)
                | HeldLicensesReleased(project=project)
            ):
                found |= {project_account(project), held_account(project)}
            case LicensesUpgraded(project=project, device=device):
                found.add(device_account(device.serial) if device else project_account(project))
            case LicensesMoved(source=source, target=target, held=held, coverage=coverage):
                found |= {held_account(source) if held else project_account(source), project_account(target)}
                found |= {held_account(target)} if coverage else set()
            case (
                DeviceAdded(device=device)
                | LicensesAllocated(device=device)
                | LicensesReturned(device=device)
                | TestLicensesIssued(device=device)
                | LicensesDeallocated(device=device)
                | DeviceMoved(device=device)
                | DeviceClaimed(device=device)
            ):
                found |= {project_account(device.project), device_account(device.serial)}
            case DeviceReplaced(former=former, device=device):
                found |= {device_account(former.serial), device_account(device.serial), project_account(device.project)}
            case event:
                found |= staff.accounts_of(event)
    return frozenset(found - UNHELD)
