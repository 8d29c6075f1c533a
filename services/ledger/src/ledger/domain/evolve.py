"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime
from typing import assert_never

from contracts.events import (
    ActivationKeyIssued,
    ActivationKeyRedeemed,
    ClaimCodeCreated,
    ClaimCodeWithdrawn,
    CompanyRegistered,
    DeviceAdded,
    DeviceClaimed,
    DeviceMoved,
    DeviceOffered,
    DeviceOfferWithdrawn,
    DeviceReleased,
    Event,
    LedgerFounded,
    LicenseFileDelivered,
    LicensesAllocated,
    LicensesDeallocated,
    LicensesMoved,
    LicensesReturned,
    MemberAdded,
    MemberRemoved,
    ProjectArchived,
    ProjectCreated,
    ProjectRenamed,
    RightsGranted,
    RightsRevoked,
)
from ledger.domain import claims, companies, devices, keys, moves, people, projects, returns
from ledger.domain.state import Ledger


def evolve(ledger: Ledger, event: Event, *, at: datetime) -> Ledger:  # noqa: ARG001
    """The ledger after its next event, which happened at `at`; its families see it at the event's own sequence."""
    ledger = Ledger(ledger.sequence + 1, *ledger[1:])
    match event:
        case LicensesAllocated() | LicenseFileDelivered() | DeviceAdded():
            return devices.evolve(ledger, event)
        case LicensesReturned():
            return returns.evolve(ledger, event)
        case ActivationKeyIssued() | ActivationKeyRedeemed():
            return keys.evolve(ledger, event)
        case ProjectCreated() | CompanyRegistered() | LedgerFounded():
            return companies.evolve(ledger, event)
        case LicensesMoved() | LicensesDeallocated() | ProjectRenamed() | ProjectArchived():
            return projects.evolve(ledger, event)
        case DeviceMoved() | DeviceReleased() | DeviceOffered() | DeviceOfferWithdrawn():
            return moves.evolve(ledger, event)
        case RightsGranted() | RightsRevoked() | MemberAdded() | MemberRemoved():
            return people.evolve(ledger, event)
        case ClaimCodeCreated() | ClaimCodeWithdrawn() | DeviceClaimed():
            return claims.evolve(ledger, event)
        case _:
            assert_never(event)
