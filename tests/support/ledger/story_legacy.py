"""Licenses and keys of the old manager."""

from contracts.accounts import project_account
from contracts.commands.legacy import ConvertLegacyLicenses, GiveLegacyConsent, ImportLegacyLicenses
from contracts.commands.legacy_keys import ImportLegacyKey, RegisterLegacyKeys
from contracts.legacy import Inconvertible, LegacyLicenses, ListedKey, convert, preview_digest
from ledger.domain.cold_state import LegacyHeld
from tests.support.ledger.story import HOTEL, PLACE, SERIAL, Story


def bring_in(
    old: dict[str, int], *, on: str | None = None, key: str | None = None, into: str = HOTEL
) -> ImportLegacyLicenses:
    return ImportLegacyLicenses(
        project=into,
        serial=on,
        key_digest=key,
        licenses=tuple(LegacyLicenses(license_name=name, count=count) for name, count in old.items()),
        reference="EXPORT-7",
    )


def listed(key: str, old: dict[str, int], company: str | None = None) -> RegisterLegacyKeys:
    """A key as it stands on the old manager's list."""
    lots = tuple(LegacyLicenses(license_name=name, count=count) for name, count in old.items())
    return RegisterLegacyKeys(keys=(ListedKey(key_digest=key, licenses=lots, company=company),), reference="EXPORT-8")


def old_key(key: str, into: str = HOTEL) -> ImportLegacyKey:
    return ImportLegacyKey(project=into, key_digest=key)


def consent(serial: str = SERIAL) -> GiveLegacyConsent:
    return GiveLegacyConsent(serial=serial)


def old(story: Story, account: str = PLACE) -> dict[str, int]:
    return dict(story.ledger.cold.legacy.get(account, LegacyHeld()).licenses)


def convert_as_seen(story: Story, project: str = HOTEL) -> ConvertLegacyLicenses:
    """The command that carries the digest of the preview of now."""
    there = old(story, project_account(project))
    new = convert(there)
    digest = "0" * 64 if isinstance(new, Inconvertible) else preview_digest(project, there, new)
    return ConvertLegacyLicenses(project=project, preview_digest=digest)
