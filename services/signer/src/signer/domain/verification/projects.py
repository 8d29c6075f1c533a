"""The laws of licenses in projects: moves between projects, off devices, and what an archived project leaves behind.

Who may ask for a move is the writer's to know. What was delivered to a device never comes back without a return.
"""

from contracts.accounts import held_account, project_account
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots, units_of
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import life_of, live_on, require_licenses, returnable_on
from signer.domain.verification.software_service import cover
from signer.domain.verification.state import Changed, VerifiedLedger


def licenses_moved(ledger: VerifiedLedger, event: LicensesMoved) -> None:
    """Free or held licenses go into another project of the company."""
    require_project(ledger, event.source, event.company)
    require_project(ledger, event.target, event.company)
    require_lots(ledger, event.lots)
    cover(ledger, event.target, event.coverage)
    move(ledger, postings(event))


def licenses_deallocated(ledger: VerifiedLedger, event: LicensesDeallocated) -> Changed:
    """Licenses that were never delivered come off a device."""
    device = event.device
    require_project(ledger, device.project, event.company)
    live_on(ledger, device, life_of(ledger, device.serial).next_issue())
    _require_undelivered(ledger, event)
    move(ledger, postings(event))
    require_licenses(ledger, device)
    return (device,)


def project_archived(ledger: VerifiedLedger, event: ProjectArchived) -> None:
    """Nothing happens in the project from here on, so nothing may stay in it."""
    require_project(ledger, event.project, event.company)
    account = project_account(event.project)
    held = ledger.balance(held_account(event.project))
    if ledger.balance(account) or held or ledger.legacy(account):
        raise LawBrokenError("project_archived", f"project {event.project} was archived with licenses in it")
    ledger.archived_projects.add(event.project)


def _require_undelivered(ledger: VerifiedLedger, event: LicensesDeallocated) -> None:
    serial = event.device.serial
    bound, held = ledger.delivered_licenses.get(serial, {}), returnable_on(ledger, serial)
    for name, count in units_of(ledger, event.lots).items():
        if held.get(name, 0) - count < bound.get(name, 0):
            raise LawBrokenError("licenses_delivered", f"{name} on {serial} was delivered")
