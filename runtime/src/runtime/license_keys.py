"""The trusted license keys from the file that a setting names: what is wrong with it is one sentence."""

from pathlib import Path

from contracts.documents import license_keys
from contracts.documents.license_keys import LicenseKeys
from runtime.settings import SettingsWrong


def read_license_keys(file: Path) -> LicenseKeys:
    """The keys of the file; raises SettingsWrong, with which `runtime.process` exits."""
    try:
        return license_keys.read_license_keys(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"LICENSING_LICENSE_KEYS_FILE ({file}): {error}") from error
