"""The laws of keys of the old license manager: each comes onto its list once, and is imported once."""

from contracts.events.company_imports import CompanyImported
from contracts.events.legacy import LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.legacy import units_of
from signer.domain.laws import LawBrokenError
from signer.domain.verification.state import VerifiedLedger


def legacy_keys_registered(ledger: VerifiedLedger, event: LegacyKeysRegistered) -> None:
    """A key comes onto the old manager's list once, and before it is imported."""
    for key in event.keys:
        if key.key_digest in ledger.imported_legacy_keys or key.key_digest in ledger.listed_legacy_keys:
            raise LawBrokenError("legacy_key_twice", "this key of the old manager was known before")
        ledger.listed_legacy_keys[key.key_digest] = key


def use_listed_key(ledger: VerifiedLedger, event: LegacyLicensesImported, digest: str) -> None:
    """A key is imported once, and a listed one for what the list says and the company that the list says."""
    if digest in ledger.imported_legacy_keys:
        raise LawBrokenError("legacy_key_twice", "this key of the old manager was imported before")
    listed = ledger.listed_legacy_keys.pop(digest, None)
    if listed is not None and (
        units_of(event.licenses) != units_of(listed.licenses) or listed.company not in (None, event.company)
    ):
        raise LawBrokenError("legacy_key_wrong", "this key of the old manager stands otherwise on its list")
    ledger.imported_legacy_keys.add(digest)


def take_over_listed_keys(ledger: VerifiedLedger, event: CompanyImported) -> None:
    """What stands on the old manager's list as the former company's is the other one's now."""
    for digest, key in ledger.listed_legacy_keys.items():
        if key.company == event.former_company:
            ledger.listed_legacy_keys[digest] = key.model_copy(update={"company": event.company})
