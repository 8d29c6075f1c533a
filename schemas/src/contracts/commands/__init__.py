"""What may be asked of a ledger. Names are imperative; the wire names are strings that we own.

One module for each family of commands; a family's union is what its rules in the ledger take.
"""

import hashlib
from typing import Annotated

from pydantic import Field

from contracts.actors import Actor
from contracts.commands.activation_keys import IssueActivationKey, KeyCommand, RedeemActivationKey
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCommand,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.commands.catalog import CatalogCommand, DefineDeviceModels, DefineLicenseTypes, RegisterDevices
from contracts.commands.claims import ClaimCommand, ClaimDevice, CreateClaimCode, WithdrawClaimCode
from contracts.commands.companies import CompanyCommand, CreateProject, FoundLedger, RegisterCompany
from contracts.commands.corrections import (
    ApproveCorrection,
    CorrectionCommand,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    RejectCorrection,
)
from contracts.commands.device_moves import (
    AcceptDevice,
    MoveCommand,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.commands.devices import (
    AddDevice,
    AllocateLicenses,
    DeviceCommand,
    DownloadLicenseFile,
    RecordLicenseFileDelivery,
)
from contracts.commands.joining import (
    AcceptInvitation,
    CreateInvitation,
    ImportCompany,
    JoiningCommand,
    OfferCompany,
    WithdrawCompanyOffer,
    WithdrawInvitation,
)
from contracts.commands.legacy import (
    ConvertLegacyLicenses,
    GiveLegacyConsent,
    ImportLegacyKey,
    ImportLegacyLicenses,
    LegacyCommand,
    LegacyKeyCommand,
    RegisterLegacyKeys,
)
from contracts.commands.members import AddMember, GrantRights, PeopleCommand, RemoveMember, RevokeRights
from contracts.commands.projects import (
    ArchiveProject,
    DeallocateLicenses,
    MoveLicenses,
    ProjectCommand,
    RenameProject,
)
from contracts.commands.replacements import ReplaceDevice, ReplacementCommand, RmaId
from contracts.commands.returns import (
    ReleaseReturnLimit,
    ReportSpentCertificate,
    ReturnCommand,
    ReturnLicenses,
)
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, ServiceCommand, UpgradeLicenses
from contracts.commands.test_licenses import IssueTestLicenses, TestCommand
from contracts.commands.warranty import ExtendWarranty, WarrantyCommand
from contracts.fields import (
    MAX_COMMAND_BYTES,
    MAX_IMPORTED_ACCOUNTS,
    MAX_IMPORTED_PROJECTS,
    MAX_RETURN_DOCUMENT_BYTES,
    Address,
    CompanyKind,
    CorrelationId,
    DeliveryPath,
    DocumentBase64,
    Firmware,
    KeyHint,
    Right,
    Rights,
    SomeRights,
    Traceparent,
)
from contracts.identifiers import CommandId
from contracts.models import WireModel
from contracts.texts import ProjectName, Reason, Reference

Command = (
    CompanyCommand
    | KeyCommand
    | DeviceCommand
    | ReturnCommand
    | CatalogCommand
    | WarrantyCommand
    | TestCommand
    | ServiceCommand
    | PeopleCommand
    | ProjectCommand
    | MoveCommand
    | ClaimCommand
    | BlockCommand
    | CorrectionCommand
    | LegacyCommand
    | JoiningCommand
    | LegacyKeyCommand
    | ReplacementCommand
)


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

    @property
    def name(self) -> str:
        """Which command it is."""
        return self.command.name

    def fingerprint(self) -> str:
        """SHA-256 of who asked for what: a repeated id must say the same again."""
        # Defaults are left out, so that a field added later does not change what an old command said.
        said = self.command.__pydantic_serializer__.to_json(self.command, exclude_defaults=True)
        who = f"licensing/command-said/v1\n{self.actor}\n{self.command.name}\n"
        return hashlib.sha256(who.encode() + said).hexdigest()


__all__ = [
    "MAX_COMMAND_BYTES",
    "MAX_IMPORTED_ACCOUNTS",
    "MAX_IMPORTED_PROJECTS",
    "MAX_RETURN_DOCUMENT_BYTES",
    "AcceptDevice",
    "AcceptInvitation",
    "AddDevice",
    "AddMember",
    "Address",
    "AllocateLicenses",
    "ApproveCorrection",
    "ArchiveProject",
    "BlockActivationKey",
    "BlockCommand",
    "BlockCompany",
    "BlockDevice",
    "BuySoftwareService",
    "CatalogCommand",
    "ClaimCommand",
    "ClaimDevice",
    "Command",
    "CommandRecord",
    "CompanyCommand",
    "CompanyKind",
    "ConvertLegacyLicenses",
    "CorrectionCommand",
    "CorrelationId",
    "CreateClaimCode",
    "CreateInvitation",
    "CreateProject",
    "DeallocateLicenses",
    "DefineDeviceModels",
    "DefineLicenseTypes",
    "DeliveryPath",
    "DeviceCommand",
    "DocumentBase64",
    "DownloadLicenseFile",
    "ExtendWarranty",
    "Firmware",
    "FoundLedger",
    "GiveLegacyConsent",
    "GrantRights",
    "ImportCompany",
    "ImportLegacyKey",
    "ImportLegacyLicenses",
    "IssueActivationKey",
    "IssueTestLicenses",
    "JoiningCommand",
    "KeyCommand",
    "KeyHint",
    "LegacyCommand",
    "LegacyKeyCommand",
    "MoveCommand",
    "MoveDevice",
    "MoveLicenses",
    "OfferCompany",
    "OfferDevice",
    "PeopleCommand",
    "ProjectCommand",
    "ProjectName",
    "ProposeCorrection",
    "ProposeDeliveryCorrection",
    "Reason",
    "RecordLicenseFileDelivery",
    "RedeemActivationKey",
    "Reference",
    "RegisterCompany",
    "RegisterDevices",
    "RegisterLegacyKeys",
    "RejectCorrection",
    "ReleaseDevice",
    "ReleaseHeldLicenses",
    "ReleaseReturnLimit",
    "RemoveMember",
    "RenameProject",
    "ReplaceDevice",
    "ReplacementCommand",
    "ReportSpentCertificate",
    "ReturnCommand",
    "ReturnLicenses",
    "RevokeRights",
    "Right",
    "Rights",
    "RmaId",
    "ServiceCommand",
    "SomeRights",
    "TestCommand",
    "Traceparent",
    "TransferDevice",
    "UnblockActivationKey",
    "UnblockCompany",
    "UnblockDevice",
    "UpgradeLicenses",
    "WarrantyCommand",
    "WithdrawClaimCode",
    "WithdrawCompanyOffer",
    "WithdrawDeviceOffer",
    "WithdrawInvitation",
]
