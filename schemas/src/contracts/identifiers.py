"""Names of things, as bounded strings; each is checked where it enters and trusted afterwards."""

import hashlib
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"
SERIAL_PATTERN = r"^009033[0-9a-f]{6}$"
TOKEN_NAME_PATTERN = r"^[A-Za-z0-9._~:-]{1,64}$"  # noqa: S105 - a pattern of names, no secret
LICENSE_TYPE_PATTERN = r"^[A-Z][A-Za-z]{1,23}(-?[0-9]{1,3})?(\*[0-9]{1,4})?$"

CompanyId = Annotated[str, Field(pattern=UUID_PATTERN, description="Opaque id of a company.")]
ProjectId = Annotated[str, Field(pattern=UUID_PATTERN, description="Opaque id of a project.")]
AccountId = Annotated[str, Field(pattern=UUID_PATTERN, description="Opaque id of an account.")]
Sha256 = Annotated[str, Field(pattern=SHA256_PATTERN, description="SHA-256, lower-case hex.")]
CommandId = Annotated[str, Field(pattern=SHA256_PATTERN, description="Id of a command, lower-case hex.")]
TokenName = Annotated[
    str, Field(pattern=TOKEN_NAME_PATTERN, description="The `jti` of an access token, or the `kid` of its key.")
]
Serial = Annotated[
    str,
    Field(
        pattern=SERIAL_PATTERN,
        description="Hardware id of a device: its MAC, 12 lower-case hex digits, vendor prefix 009033.",
        examples=["009033010203"],
    ),
]
RmaId = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]$",
        description="The number under which the vendor took the device in; one for each device.",
        examples=["RMA-2026-000117"],
    ),
]
LicenseType = Annotated[
    str,
    Field(
        pattern=LICENSE_TYPE_PATTERN,
        description="A type of the catalog, with its major version where it has one.",
        examples=["Port11"],
    ),
]
LedgerNumber = Annotated[int, Field(ge=0, le=999, description="Number of a ledger, also its partition.")]
MAX_SEQUENCE = 2_147_483_647
"""CloudEvents integers are 32 bits wide; a ledger that nears this bound is split (decision D2)."""
Sequence = Annotated[int, Field(ge=1, le=MAX_SEQUENCE, description="Place in the ledger, gapless from 1.")]
Generation = Annotated[int, Field(ge=1, le=9_999, description="Which certificate life of the device.")]
Issue = Annotated[int, Field(ge=1, le=2_147_483_647, description="How often the device has changed; newest wins.")]


def derived_id(command_id: str, what: str) -> str:
    """The id of the thing that a command creates: the same command always names the same thing."""
    return str(uuid5(NAMESPACE_URL, f"urn:licensing:{what}:{command_id}"))


def command_id_of(company: str, idempotency_key: str) -> str:
    """The id of a command that a client keyed: one key means one command within a company."""
    return hashlib.sha256(f"licensing/command/v1\n{company}\n{idempotency_key}".encode()).hexdigest()


def default_project_of(company: str) -> str:
    """The id of the DEFAULT project that every company starts with."""
    return str(uuid5(NAMESPACE_URL, f"urn:licensing:default-project:{company}"))
