"""The laws of old licenses: a conversion ends all free ones of a project and makes what the conversion table says.

A device with old licenses gives back only after somebody's consent.
"""

from collections.abc import Iterable

from contracts.accounts import device_account, project_account
from contracts.events.legacy import (
    LegacyConsentGiven,
    LegacyLicensesConverted,
    LegacyLicensesImported,
)
from contracts.legacy import LegacyLot, convert, units_of
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import require_lots
from signer.domain.verification.companies import require_project
from signer.domain.verification.legacy_keys import use_listed_key
from signer.domain.verification.software_service import cover
from signer.domain.verification.state import VerifiedLedger


def legacy_licenses_imported(ledger: VerifiedLedger, event: LegacyLicensesImported) -> None:
    """Old licenses come into a project, or onto a device of it."""
    require_project(ledger, event.project, event.company)
    if event.serial is not None:
        _require_device(ledger, event.serial, event.project)
    if event.key_digest is not None:
        use_listed_key(ledger, event, event.key_digest)
    account = device_account(event.serial) if event.serial else project_account(event.project)
    _add(ledger, account, event.licenses)


def legacy_consent_given(ledger: VerifiedLedger, event: LegacyConsentGiven) -> None:
    """Somebody consented that the old licenses of a device are converted."""
    ledger.legacy_consents.add(event.serial)


def legacy_licenses_converted(ledger: VerifiedLedger, event: LegacyLicensesConverted) -> None:
    """All free old licenses of the project end, and the new ones are those that the table says."""
    require_project(ledger, event.project, event.company)
    require_lots(ledger, event.lots)
    old = ledger.legacy_licenses.pop(project_account(event.project), {})
    if not old or units_of(event.licenses) != old:
        raise LawBrokenError("legacy_licenses_wrong", "the converted licenses are not the project's old ones")
    if convert(old) != {lot.license_type: lot.count for lot in event.lots}:
        raise LawBrokenError("conversion_wrong", "the new licenses are not those that the old ones become")
    cover(ledger, event.project, event.coverage)
    move(ledger, postings(event))


def free_legacy_licenses(ledger: VerifiedLedger, serial: str, project: str) -> None:
    """Old licenses of a device that gave back, or was replaced, are free in its project; that needs consent."""
    freed = ledger.legacy_licenses.pop(device_account(serial), None)
    if freed is None:
        return
    if serial not in ledger.legacy_consents:
        raise LawBrokenError("legacy_consent_missing", f"nobody consented to convert what is on device {serial}")
    account = ledger.legacy_licenses.setdefault(project_account(project), {})
    for name, count in freed.items():
        account[name] = account.get(name, 0) + count


def _require_device(ledger: VerifiedLedger, serial: str, project: str) -> None:
    """Unlike elsewhere, a device that is in no project is in the wrong one, too."""
    life = ledger.devices.get(serial)
    if life is None or life.project != project:
        raise LawBrokenError("device_project_wrong", f"device {serial} is not in the project")


def _add(ledger: VerifiedLedger, account: str, lots: Iterable[LegacyLot]) -> None:
    held = ledger.legacy_licenses.setdefault(account, {})
    for name, count in units_of(lots).items():
        held[name] = held.get(name, 0) + count
