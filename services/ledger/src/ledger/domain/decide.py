"""Say yes with one event, or no with a reason. Each family of commands has its rules in a module of its own."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.commands.catalog import DefineDeviceModels, DefineLicenseTypes, RegisterDevices
from contracts.commands.claims import ClaimDevice, CreateClaimCode, WithdrawClaimCode
from contracts.commands.companies import CreateProject, FoundLedger, RegisterCompany
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    RejectCorrection,
)
from contracts.commands.device_moves import (
    AcceptDevice,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.commands.devices import AddDevice, AllocateLicenses, DownloadLicenseFile, RecordLicenseFileDelivery
from contracts.commands.joining import (
    AcceptInvitation,
    CreateInvitation,
    ImportCompany,
    OfferCompany,
    WithdrawCompanyOffer,
    WithdrawInvitation,
)
from contracts.commands.legacy import (
    ConvertLegacyLicenses,
    GiveLegacyConsent,
    ImportLegacyKey,
    ImportLegacyLicenses,
    RegisterLegacyKeys,
)
from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from contracts.commands.replacements import ReplaceDevice
from contracts.commands.returns import ReleaseReturnLimit, ReportSpentCertificate, ReturnLicenses
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, UpgradeLicenses
from contracts.commands.test_licenses import IssueTestLicenses
from contracts.commands.warranty import ExtendWarranty
from ledger.domain import (
    activation_keys,
    blocks,
    catalog,
    claims,
    companies,
    corrections,
    device_moves,
    devices,
    joining,
    legacy,
    legacy_keys,
    members,
    projects,
    replacements,
    returns,
    software_service,
    test_licenses,
    warranty,
)
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import refuse_stopped
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: Command, actor: Actor, *, now: datetime) -> Decision:
    """The ledger's answer to a command, from its state and the time alone; the time is aware UTC.

    The families stand in the order of how often they are asked: each case that does not match costs a little.
    """
    if ledger.vendor is None and not isinstance(command, FoundLedger):
        return Rejection("ledger_not_founded")
    if refused := refuse_stopped(ledger, actor):
        return refused
    match command:
        case AllocateLicenses() | RecordLicenseFileDelivery() | AddDevice() | DownloadLicenseFile():
            return devices.decide(ledger, command, actor)
        case ReturnLicenses() | ReleaseReturnLimit() | ReportSpentCertificate():
            return returns.decide(ledger, command, actor, now=now)
        case RedeemActivationKey() | IssueActivationKey():
            return activation_keys.decide(ledger, command, actor, now)
        case MoveLicenses() | DeallocateLicenses() | RenameProject() | ArchiveProject():
            return projects.decide(ledger, command, actor, now)
        case MoveDevice() | ReleaseDevice() | OfferDevice() | WithdrawDeviceOffer() | AcceptDevice() | TransferDevice():
            return device_moves.decide(ledger, command, actor, now)
        case IssueTestLicenses():
            return test_licenses.decide(ledger, command, actor, now)
        case CreateProject() | RegisterCompany() | FoundLedger():
            return companies.decide(ledger, command, actor)
        case GrantRights() | RevokeRights() | AddMember() | RemoveMember():
            return members.decide(ledger, command, actor)
        case CreateClaimCode() | WithdrawClaimCode() | ClaimDevice():
            return claims.decide(ledger, command, actor, now)
        case BuySoftwareService() | ReleaseHeldLicenses() | UpgradeLicenses():
            return software_service.decide(ledger, command, actor, now)
        case ExtendWarranty():
            return warranty.decide(ledger, command, actor, now)
        case CreateInvitation() | WithdrawInvitation() | AcceptInvitation():
            return joining.decide(ledger, command, actor, now)
        case OfferCompany() | WithdrawCompanyOffer() | ImportCompany():
            return joining.decide(ledger, command, actor, now)
        case ImportLegacyLicenses() | GiveLegacyConsent() | ConvertLegacyLicenses():
            return legacy.decide(ledger, command, actor, now)
        case RegisterLegacyKeys() | ImportLegacyKey():
            return legacy_keys.decide(ledger, command, actor)
        case DefineLicenseTypes() | DefineDeviceModels() | RegisterDevices():
            return catalog.decide(ledger, command, actor, now)
        case BlockActivationKey() | BlockDevice() | BlockCompany():
            return blocks.decide(ledger, command, actor)
        case UnblockActivationKey() | UnblockDevice() | UnblockCompany():
            return blocks.decide(ledger, command, actor)
        case ProposeCorrection() | ProposeDeliveryCorrection() | ApproveCorrection() | RejectCorrection():
            return corrections.decide(ledger, command, actor, now)
        case ReplaceDevice():
            return replacements.decide(ledger, command, actor)
        case _:
            assert_never(command)
