"""What may be asked of a ledger. Names are imperative; the wire names are strings that we own."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from contracts.actors import Actor
from contracts.identifiers import (
    AccountId,
    CommandId,
    CompanyId,
    Generation,
    Issue,
    ProjectId,
    Serial,
    Sha256,
)
from contracts.licenses import LicenseTypeDefinition, SeveralLicenses
from contracts.models import WireModel

MAX_COMMAND_BYTES = 60 * 1024  # as an entry, so that no accepted command is too long for its event
MAX_RETURN_DOCUMENT_BYTES = 32 * 1024  # in base64 it still fits an entry of 60 KiB with all else it says
_MAX_BASE64 = -(-MAX_RETURN_DOCUMENT_BYTES // 3) * 4

CompanyKind = Literal["reseller", "end_customer", "vendor"]
DeliveryPath = Literal["direct", "manual"]
ProjectName = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x1f\x7f\s](?:[^\x00-\x1f\x7f]{0,78}[^\x00-\x1f\x7f\s])?$",
        description="Name of a project, unique within its company. Kept for ever, so no person's name.",
        examples=["Hotel Adria"],
    ),
]
Reference = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$", examples=["PO-2026-1174"])]
KeyHint = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}$", description="Last four symbols of the key.")]
DocumentBase64 = Annotated[str, Field(max_length=_MAX_BASE64, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Firmware = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9A-Za-z]{1,12}){0,3}$", examples=["11.00"])]


class FoundLedger(WireModel):
    """Begin a ledger: the vendor's own company, its first account and the catalog of license types."""

    name: Literal["found-ledger"] = "found-ledger"
    vendor: CompanyId
    administrator: AccountId
    catalog: Annotated[tuple[LicenseTypeDefinition, ...], Field(min_length=1, max_length=400)]


class RegisterCompany(WireModel):
    """Make a company known, with its first administrator; it starts with a project named DEFAULT."""

    name: Literal["register-company"] = "register-company"
    company: CompanyId
    kind: CompanyKind
    administrator: AccountId


class CreateProject(WireModel):
    """Open a project in a company."""

    name: Literal["create-project"] = "create-project"
    company: CompanyId
    project: ProjectId
    project_name: ProjectName


class IssueActivationKey(WireModel):
    """Put an activation key into the world: the ledger learns its digest, never the key."""

    name: Literal["issue-activation-key"] = "issue-activation-key"
    key_digest: Sha256
    key_hint: KeyHint
    licenses: SeveralLicenses
    order_number: Reference
    customer_reference: Reference | None = None


class RedeemActivationKey(WireModel):
    """Turn a key's licenses into a project's balance."""

    name: Literal["redeem-activation-key"] = "redeem-activation-key"
    key_digest: Sha256
    project: ProjectId


class AddDevice(WireModel):
    """Bring a device into a project."""

    name: Literal["add-device"] = "add-device"
    serial: Serial
    project: ProjectId


class AllocateLicenses(WireModel):
    """Bind licenses of a project's balance to one of its devices, all or none."""

    name: Literal["allocate-licenses"] = "allocate-licenses"
    project: ProjectId
    serial: Serial
    licenses: SeveralLicenses
    confirm_final: bool = Field(
        default=False, description="Needed when a type can't be returned later (gateway, warranty)."
    )


class RecordLicenseFileDelivery(WireModel):
    """Say that a license file is about to leave; its bytes leave only after this is an event."""

    name: Literal["record-license-file-delivery"] = "record-license-file-delivery"
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    path: DeliveryPath


class ReturnLicenses(WireModel):
    """Give back all PBX licenses of a device, on the strength of its signed return document.

    Whoever sends this has checked the document: its form, the certificate's chain, the signature, the firmware.
    """

    name: Literal["return-licenses"] = "return-licenses"
    serial: Serial
    generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    stated: Annotated[tuple[tuple[str, int], ...], Field(max_length=200)]
    document: DocumentBase64


Command = (
    FoundLedger
    | RegisterCompany
    | CreateProject
    | IssueActivationKey
    | RedeemActivationKey
    | AddDevice
    | AllocateLicenses
    | RecordLicenseFileDelivery
    | ReturnLicenses
)

Address = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,79}$", description="Where the outcome is awaited.")]
Traceparent = Annotated[str, Field(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
CorrelationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]


class CommandRecord(WireModel):
    """A command on its way: the value of a record of ledger.commands.

    `command_id` makes repeating harmless; `reply_to` names who awaits the outcome.
    """

    command_id: CommandId
    actor: Actor
    reply_to: Address
    correlation_id: CorrelationId
    traceparent: Traceparent | None = None
    command: Annotated[Command, Field(discriminator="name")]

    def fingerprint(self) -> str:
        """SHA-256 of who asked for what: a repeated id must say the same again."""
        # Defaults are left out, so that a field added later does not change what an old command said.
        said = self.command.__pydantic_serializer__.to_json(self.command, exclude_defaults=True)
        who = f"licensing/command-said/v1\n{self.actor}\n{self.command.name}\n"
        return hashlib.sha256(who.encode() + said).hexdigest()
