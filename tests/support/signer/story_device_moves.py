"""Entries about devices that move, are claimed, or have a test, as the writer writes them."""

from datetime import UTC, date, datetime

from contracts.events import Event
from contracts.events.claims import ClaimCodeCreated, DeviceClaimed
from contracts.events.device_moves import DeviceMoved, DeviceOffered
from contracts.events.devices import LicenseFileDelivered
from contracts.identifiers import default_project_of
from contracts.licenses import Licenses, TestLicenses
from tests.support.signer.story import PARTNER, PROJECT, SERIAL, START, Box

SPA = "00000000-0000-4000-8000-00000000000a"


BUYER = "00000000-0000-4000-8000-00000000000b"


BUYERS = default_project_of(BUYER)


CODE, OTHER_CODE = "e" * 64, "d" * 64


NEW = "009033010299"


def offered(to: str = BUYER) -> Event:
    return DeviceOffered(company=PARTNER, project=PROJECT, serial=SERIAL, offered_to=to)


def moved(project: str, company: str = PARTNER, *, issue: int = 3, **said: object) -> Event:
    event = DeviceMoved(
        former_company=PARTNER,
        former_project=PROJECT,
        company=company,
        device=Box(issue=issue, holdings={"Port11": 20, "PRI": 4}).licenses(project),
    )
    return event.model_copy(update=said)


def delivered(issue: int = 2, **said: object) -> Event:
    event = LicenseFileDelivered(
        company=PARTNER, project=PROJECT, serial=SERIAL, generation=1, issue=issue, file_sha256="f" * 64, path="direct"
    )
    return event.model_copy(update=said)


def code(project: str = PROJECT, digest: str = CODE) -> Event:
    return ClaimCodeCreated(
        company=PARTNER,
        project=project,
        code_digest=digest,
        code_hint="K3YZ",
        expires=datetime(2026, 12, 24, tzinfo=UTC),
    )


def claimed(serial: str = NEW, project: str = PROJECT) -> Event:
    return DeviceClaimed(company=PARTNER, code_digest=CODE, device=Box(serial).licenses(project))


TEST = TestLicenses(
    version=11,
    slave=False,
    count=10,
    issued_on=START.date(),
    expires=date(2027, 2, 23),
    licenses=(Licenses(license_type="Port11", count=10), Licenses(license_type="Fax11", count=10)),
)
