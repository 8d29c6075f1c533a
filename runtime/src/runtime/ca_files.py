"""The vendor's authorities from the two files that the settings name: what is wrong with them is one sentence."""

from pathlib import Path

from contracts.documents.device_certificate import Authorities
from runtime.settings import SettingsWrong


def read_authorities(*, device: Path, generation: Path) -> Authorities:
    """The authorities of both files; raises SettingsWrong, with which `runtime.process` exits."""
    try:
        return Authorities.from_files(device=device, generation=generation)
    except (OSError, ValueError) as error:
        named = f"LICENSING_DEVICE_CA_FILE ({device}) and LICENSING_GENERATION_CA_FILE ({generation})"
        raise SettingsWrong(f"{named}: {error}") from error
