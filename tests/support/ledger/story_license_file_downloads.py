"""License files that staff takes."""

from contracts.commands.devices import DownloadLicenseFile
from tests.support.ledger.story import REASON, REFERENCE, SERIAL


def download(generation: int, issue: int, serial: str = SERIAL) -> DownloadLicenseFile:
    return DownloadLicenseFile(
        serial=serial,
        generation=generation,
        issue=issue,
        file_sha256="f0" * 32,
        reason=REASON,
        reference=REFERENCE,
    )
