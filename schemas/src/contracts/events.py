"""What has happened, as immutable data. Names are past; wire names are strings that we own.

An event carries all that a projection needs, so no subscriber has to know the rules. A type's schema is frozen: a
change is a new version under a new type string, and the old one stays decodable for ever.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.commands import (
    CompanyKind,
    DeliveryPath,
    DocumentBase64,
    Firmware,
    KeyHint,
    ProjectName,
    Reference,
)
from contracts.identifiers import AccountId, CompanyId, Generation, Issue, ProjectId, Serial, Sha256
from contracts.licenses import DeviceLicenses, LicenseTypeDefinition, Lots
from contracts.models import WireModel


class LedgerFounded(WireModel):
    """A ledger began: the vendor's company, its first account, and the catalog of license types."""

    type: ClassVar[str] = "licensing.ledger.ledger-founded.v1"
    vendor: CompanyId
    administrator: AccountId
    default_project: ProjectId
    catalog: Annotated[tuple[LicenseTypeDefinition, ...], Field(min_length=1, max_length=400)]

    @property
    def subject(self) -> str:
        return f"companies/{self.vendor}"


class CompanyRegistered(WireModel):
    """A company became known, with its first administrator and its DEFAULT project."""

    type: ClassVar[str] = "licensing.ledger.company-registered.v1"
    company: CompanyId
    kind: CompanyKind
    administrator: AccountId
    default_project: ProjectId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class ProjectCreated(WireModel):
    """A project opened in a company."""

    type: ClassVar[str] = "licensing.ledger.project-created.v1"
    company: CompanyId
    project: ProjectId
    project_name: ProjectName

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class ActivationKeyIssued(WireModel):
    """A key went into the world. Its licenses exist only once it is redeemed."""

    type: ClassVar[str] = "licensing.ledger.activation-key-issued.v1"
    key_digest: Sha256
    key_hint: KeyHint
    lots: Lots
    order_number: Reference
    customer_reference: Reference | None = None

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


class ActivationKeyRedeemed(WireModel):
    """A key's licenses became a project's balance, once and for all."""

    type: ClassVar[str] = "licensing.ledger.activation-key-redeemed.v1"
    key_digest: Sha256
    company: CompanyId
    project: ProjectId
    lots: Lots

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


class DeviceAdded(WireModel):
    """A device came into a project."""

    type: ClassVar[str] = "licensing.ledger.device-added.v1"
    company: CompanyId
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class LicensesAllocated(WireModel):
    """Licenses went from the project's balance to a device; `device` is what it has now."""

    type: ClassVar[str] = "licensing.ledger.licenses-allocated.v1"
    company: CompanyId
    lots: Lots
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class LicenseFileDelivered(WireModel):
    """A license file was about to leave for the first time: from here on only a return frees its PBX licenses."""

    type: ClassVar[str] = "licensing.ledger.license-file-delivered.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    path: DeliveryPath

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class LicensesReturned(WireModel):
    """A device invalidated its certificate and gave its PBX licenses back: the generation is spent.

    `lots` were credited to the device's project; `device` is the next generation with what stays on it; `document` is
    the signed proof, so that anybody can check the device's signature again.
    """

    type: ClassVar[str] = "licensing.ledger.licenses-returned.v1"
    company: CompanyId
    spent_generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    counts_differ: bool
    document: DocumentBase64
    lots: Lots
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


Event = (
    LedgerFounded
    | CompanyRegistered
    | ProjectCreated
    | ActivationKeyIssued
    | ActivationKeyRedeemed
    | DeviceAdded
    | LicensesAllocated
    | LicenseFileDelivered
    | LicensesReturned
)

EVENT_TYPES: dict[str, type[Event]] = {
    model.type: model
    for model in (
        LedgerFounded,
        CompanyRegistered,
        ProjectCreated,
        ActivationKeyIssued,
        ActivationKeyRedeemed,
        DeviceAdded,
        LicensesAllocated,
        LicenseFileDelivered,
        LicensesReturned,
    )
}
"""Every event type that may stand on the log, by its wire name."""
