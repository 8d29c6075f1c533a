"""Say yes with one event, or no with a reason. Each family of commands has its rules in a module of its own."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands import (
    AcceptDevice,
    AddDevice,
    AddMember,
    AllocateLicenses,
    ArchiveProject,
    ClaimDevice,
    Command,
    CreateClaimCode,
    CreateProject,
    DeallocateLicenses,
    FoundLedger,
    GrantRights,
    IssueActivationKey,
    MoveDevice,
    MoveLicenses,
    OfferDevice,
    RecordLicenseFileDelivery,
    RedeemActivationKey,
    RegisterCompany,
    ReleaseDevice,
    RemoveMember,
    RenameProject,
    ReturnLicenses,
    RevokeRights,
    TransferDevice,
    WithdrawClaimCode,
    WithdrawDeviceOffer,
)
from ledger.domain import claims, companies, devices, keys, moves, people, projects, returns
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: Command, actor: Actor, *, now: datetime) -> Decision:
    """The ledger's answer to a command, from its state and the time alone; the time is aware UTC."""
    if ledger.vendor is None and not isinstance(command, FoundLedger):
        return Rejection("ledger_not_founded")
    match command:
        case AllocateLicenses() | RecordLicenseFileDelivery() | AddDevice():
            return devices.decide(ledger, command, actor)
        case ReturnLicenses():
            return returns.decide(ledger, command, actor)
        case RedeemActivationKey() | IssueActivationKey():
            return keys.decide(ledger, command, actor)
        case CreateProject() | RegisterCompany() | FoundLedger():
            return companies.decide(ledger, command, actor)
        case MoveLicenses() | DeallocateLicenses() | RenameProject() | ArchiveProject():
            return projects.decide(ledger, command, actor)
        case MoveDevice() | ReleaseDevice() | OfferDevice() | WithdrawDeviceOffer() | AcceptDevice() | TransferDevice():
            return moves.decide(ledger, command, actor)
        case GrantRights() | RevokeRights() | AddMember() | RemoveMember():
            return people.decide(ledger, command, actor)
        case CreateClaimCode() | WithdrawClaimCode() | ClaimDevice():
            return claims.decide(ledger, command, actor, now)
        case _:
            assert_never(command)
