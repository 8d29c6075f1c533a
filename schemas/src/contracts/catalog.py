"""What the ledger knows about license types, device models and the devices that the vendor delivered."""

import re
from typing import Annotated

from pydantic import Field

from contracts.dates import Day
from contracts.identifiers import CompanyId, LicenseType, Serial, Sha256
from contracts.licenses import LicenseClass, LicenseTypeDefinition
from contracts.models import WireModel

BASE_WARRANTY_MONTHS = 12
MAX_WARRANTY_MONTHS = 60
MAX_WEIGHT = 1_000
MAX_DEFINED = 100  # one event defines at most this many, so that it stays under MAX_ENTRY_BYTES
MAX_REGISTERED = 200  # for the same reason

Family = Annotated[
    str,
    Field(
        pattern=r"^[A-Z][A-Za-z0-9*-]{1,30}$",
        description="What a type is apart from its version: an upgrade stays within a family.",
        examples=["Port"],
    ),
]
Version = Annotated[int, Field(ge=1, le=999, description="Major version.", examples=[11])]
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}$", examples=["IP811"])]

SMB_PORTS = "PORT*20"
"""The family of ports for a small office, as the name of its types says it: few, and on one device of a project."""
SMB_LIMIT = 20

_VERSIONED = re.compile(r"([A-Z][A-Za-z]+)([0-9]{1,3})(\*[0-9]+)?")
_MONTHS = re.compile(r"WE-([0-9]{1,2})")


class LicenseTypeFacts(WireModel):
    """A license type in full: what it is, what one of it weighs in software service, and where it may stand.

    `device_limit` is how many a device may hold, `sole_device` that one device of a project at most may hold it.
    """

    license_type: LicenseType
    license_class: LicenseClass
    family: Family
    version: Version | None = None
    weight: Annotated[int, Field(ge=1, le=MAX_WEIGHT)] = 1
    device_limit: Annotated[int, Field(ge=1, le=9_999)] | None = None
    sole_device: bool = False
    months: Annotated[int, Field(ge=1, le=MAX_WARRANTY_MONTHS)] | None = None


class DeviceModel(WireModel):
    """A kind of device that the vendor sells; models of one family may replace each other."""

    model: ModelName
    family: ModelName
    warranty_months: Annotated[int, Field(ge=1, le=MAX_WARRANTY_MONTHS)] = BASE_WARRANTY_MONTHS


class DeliveredDevice(WireModel):
    """A device as the vendor delivered it, and to which company, where the vendor knows."""

    serial: Serial
    model: ModelName
    delivered_on: Day
    certificate_sha256: Sha256 | None = None
    delivered_to: CompanyId | None = None


def described(definition: LicenseTypeDefinition) -> LicenseTypeFacts:
    """All about a type that is defined by name and class only.

    `Port11` is version 11, `WE-12` has 12 months, and one device of a project holds 20 `PORT8*20` at most (rule R3).
    """
    name = definition.license_type
    versioned, months = _VERSIONED.fullmatch(name), _MONTHS.fullmatch(name)
    family = versioned[1] + (versioned[3] or "") if versioned else name
    is_smb = family == SMB_PORTS and definition.license_class == "pbx"
    return LicenseTypeFacts(
        license_type=name,
        license_class=definition.license_class,
        family=family,
        version=int(versioned[2]) if versioned else None,
        device_limit=SMB_LIMIT if is_smb else None,
        sole_device=is_smb,
        months=int(months[1]) if months and definition.license_class == "warranty" else None,
    )


DefinedTypes = Annotated[tuple[LicenseTypeFacts, ...], Field(min_length=1, max_length=MAX_DEFINED)]
DefinedModels = Annotated[tuple[DeviceModel, ...], Field(min_length=1, max_length=MAX_DEFINED)]
DeliveredDevices = Annotated[tuple[DeliveredDevice, ...], Field(min_length=1, max_length=MAX_REGISTERED)]
