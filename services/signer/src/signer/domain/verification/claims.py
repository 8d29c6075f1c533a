"""The laws of claims: a claim code works once, in its project, and takes away a device only if nothing is lost."""

from contracts.accounts import device_account
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from signer.domain.laws import LawBrokenError
from signer.domain.verification.companies import require_project
from signer.domain.verification.device_moves import leave, require_home
from signer.domain.verification.devices import arrive
from signer.domain.verification.state import Changed, VerifiedLedger


def claim_code_created(ledger: VerifiedLedger, event: ClaimCodeCreated) -> None:
    """A project has a new code."""
    require_project(ledger, event.project, event.company)
    if event.code_digest in ledger.claim_codes:
        raise LawBrokenError("claim_code_wrong", "this claim code was created before")
    ledger.claim_codes[event.code_digest] = event.project


def claim_code_withdrawn(ledger: VerifiedLedger, event: ClaimCodeWithdrawn) -> None:
    """A code works no more."""
    require_project(ledger, event.project, event.company)
    ledger.claim_codes[event.code_digest] = None


def device_claimed(ledger: VerifiedLedger, event: DeviceClaimed) -> Changed:
    """A device came in by itself, with a code; it may be a serial without licenses in another project."""
    if ledger.claim_codes.get(event.code_digest) != event.device.project:
        raise LawBrokenError("claim_code_wrong", "this claim code is of another project, or used up")
    require_project(ledger, event.device.project, event.company)
    ledger.claim_codes[event.code_digest] = None
    if event.former_project is not None:
        _claim_away(ledger, event, event.former_project)
    changed = arrive(ledger, event.device)
    ledger.devices_in_contact.add(event.device.serial)
    return changed


def _claim_away(ledger: VerifiedLedger, event: DeviceClaimed, project: str) -> None:
    """Out of a project where it is a serial and no more: nothing on it, and never anything fetched."""
    serial, account = event.device.serial, device_account(event.device.serial)
    require_home(ledger, serial, project, event.former_company or "")
    if ledger.balance(account) or ledger.legacy(account) or event.device.test:
        raise LawBrokenError("device_not_empty", f"device {serial} has licenses where it is claimed from")
    if serial in ledger.devices_in_contact:
        raise LawBrokenError("device_in_contact", f"device {serial} was in contact where it is claimed from")
    leave(ledger, serial)
