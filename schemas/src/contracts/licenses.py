"""Licenses as they stand in commands, events and documents."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.dates import Day
from contracts.identifiers import Generation, Issue, LicenseType, ProjectId, Serial
from contracts.models import WireModel

LicenseClass = Literal["pbx", "gateway", "warranty", "service"]

MAX_COUNT = 9_999  # rule R2: one lot holds 1 to 9999 licenses
MAX_HELD = 1_000_000_000  # what one account may hold of a type: far above any customer, far below 2^53
MAX_LOTS = 100  # one event names at most this many types, so that it stays under MAX_ENTRY_BYTES
MAX_TEST_COUNT = 250  # rule F2

Count = Annotated[int, Field(ge=1, le=MAX_COUNT, description="How many licenses.")]
Held = Annotated[int, Field(ge=1, le=MAX_HELD, description="How many licenses.")]


class Licenses(WireModel):
    """So many licenses of one type, as somebody asks for them."""

    license_type: LicenseType
    count: Count


class Lot(WireModel):
    """So many licenses of one type and its class, as an event states them."""

    license_type: LicenseType
    license_class: LicenseClass
    count: Held


class LicenseTypeDefinition(WireModel):
    """An entry of the catalog: what the ledger knows about a license type."""

    license_type: LicenseType
    license_class: LicenseClass


class TestLicenses(WireModel):
    """A device's test: so many licenses of each type until the end of `expires`, beside those that it holds.

    They are in no account, so nothing of them can ever be credited. A slave has no `count`.
    """

    version: Annotated[int, Field(ge=1, le=999, description="Major version.")]
    slave: bool
    count: Annotated[int, Field(ge=1, le=MAX_TEST_COUNT)] | None = None
    issued_on: Day
    expires: Day
    licenses: Annotated[tuple[Licenses, ...], Field(min_length=1, max_length=MAX_LOTS)]


class DeviceLicenses(WireModel):
    """A device as it is after an event: all a license file has to say."""

    serial: Serial
    project: ProjectId
    generation: Generation
    issue: Issue
    licenses: Annotated[tuple[Lot, ...], Field(max_length=MAX_LOTS)]
    test: TestLicenses | None = None


SeveralLicenses = Annotated[tuple[Licenses, ...], Field(min_length=1, max_length=MAX_LOTS)]
Lots = Annotated[tuple[Lot, ...], Field(max_length=MAX_LOTS)]

_PBX_KINDS = ("Port", "Voicemail", "Mobility", "Operator", "Softphone", "Standby", "Reporting", "Fax")
_PBX_VERSIONS = (8, 9, 10, 11)
_GATEWAY_TYPES = ("Channel", "BRI", "PRI", "Gatekeeper8", "DECT")
_WARRANTY_TYPES = ("WE-12", "WE-24", "WE-36", "WE-48")
CREDIT = "SSC"
"""The type that pays software service: one is twelve months for one license of weight 1."""

DEFAULT_CATALOG: tuple[LicenseTypeDefinition, ...] = (
    *(
        LicenseTypeDefinition(license_type=f"{kind}{version}", license_class="pbx")
        for kind in _PBX_KINDS
        for version in _PBX_VERSIONS
    ),
    *(LicenseTypeDefinition(license_type=name, license_class="gateway") for name in _GATEWAY_TYPES),
    *(LicenseTypeDefinition(license_type=name, license_class="warranty") for name in _WARRANTY_TYPES),
    LicenseTypeDefinition(license_type=CREDIT, license_class="service"),
)
"""The types of rules section 2; a ledger's own catalog is in its first entry and in what was defined since."""
