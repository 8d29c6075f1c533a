"""Say yes with one event, or no with a reason. Each family of commands has its rules in a module of its own."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands import (
    AcceptDevice,
    AcceptInvitation,
    AddDevice,
    AddMember,
    AllocateLicenses,
    ApproveCorrection,
    ArchiveProject,
    BlockActivationKey,
    BlockCompany,
    BlockDevice,
    BuySoftwareService,
    ClaimDevice,
    Command,
    ConvertLegacyLicenses,
    CreateClaimCode,
    CreateInvitation,
    CreateProject,
    DeallocateLicenses,
    DefineDeviceModels,
    DefineLicenseTypes,
    DownloadLicenseFile,
    ExtendWarranty,
    FoundLedger,
    GiveLegacyConsent,
    GrantRights,
    ImportCompany,
    ImportLegacyKey,
    ImportLegacyLicenses,
    IssueActivationKey,
    IssueTestLicenses,
    MoveDevice,
    MoveLicenses,
    OfferCompany,
    OfferDevice,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    RecordLicenseFileDelivery,
    RedeemActivationKey,
    RegisterCompany,
    RegisterDevices,
    RegisterLegacyKeys,
    RejectCorrection,
    ReleaseDevice,
    ReleaseHeldLicenses,
    ReleaseReturnLimit,
    RemoveMember,
    RenameProject,
    ReplaceDevice,
    ReportSpentCertificate,
    ReturnLicenses,
    RevokeRights,
    TransferDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
    UpgradeLicenses,
    WithdrawClaimCode,
    WithdrawCompanyOffer,
    WithdrawDeviceOffer,
    WithdrawInvitation,
)
from ledger.domain import (
    blocks,
    catalog,
    claims,
    companies,
    corrections,
    devices,
    joining,
    keys,
    legacy,
    legacy_keys,
    moves,
    people,
    projects,
    replacements,
    returns,
    service,
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
            return keys.decide(ledger, command, actor, now)
        case MoveLicenses() | DeallocateLicenses() | RenameProject() | ArchiveProject():
            return projects.decide(ledger, command, actor, now)
        case MoveDevice() | ReleaseDevice() | OfferDevice() | WithdrawDeviceOffer() | AcceptDevice() | TransferDevice():
            return moves.decide(ledger, command, actor, now)
        case IssueTestLicenses():
            return test_licenses.decide(ledger, command, actor, now)
        case CreateProject() | RegisterCompany() | FoundLedger():
            return companies.decide(ledger, command, actor)
        case GrantRights() | RevokeRights() | AddMember() | RemoveMember():
            return people.decide(ledger, command, actor)
        case CreateClaimCode() | WithdrawClaimCode() | ClaimDevice():
            return claims.decide(ledger, command, actor, now)
        case BuySoftwareService() | ReleaseHeldLicenses() | UpgradeLicenses():
            return service.decide(ledger, command, actor, now)
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
