"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime
from typing import assert_never

from contracts.events import (
    ActivationKeyBlocked,
    ActivationKeyIssued,
    ActivationKeyRedeemed,
    ActivationKeyUnblocked,
    ClaimCodeCreated,
    ClaimCodeWithdrawn,
    CompanyBlocked,
    CompanyImported,
    CompanyOffered,
    CompanyOfferWithdrawn,
    CompanyRegistered,
    CompanyUnblocked,
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
    DeviceAdded,
    DeviceBlocked,
    DeviceClaimed,
    DeviceModelsDefined,
    DeviceMoved,
    DeviceOffered,
    DeviceOfferWithdrawn,
    DeviceReleased,
    DeviceReplaced,
    DevicesRegistered,
    DeviceUnblocked,
    Event,
    HeldLicensesReleased,
    InvitationAccepted,
    InvitationCreated,
    InvitationWithdrawn,
    LedgerFounded,
    LegacyConsentGiven,
    LegacyKeysRegistered,
    LegacyLicensesConverted,
    LegacyLicensesImported,
    LicenseFileDelivered,
    LicenseFileDownloaded,
    LicensesAllocated,
    LicensesDeallocated,
    LicensesMoved,
    LicensesReturned,
    LicensesUpgraded,
    LicenseTypesDefined,
    MemberAdded,
    MemberRemoved,
    ProjectArchived,
    ProjectCreated,
    ProjectRenamed,
    ReturnLimitReleased,
    RightsGranted,
    RightsRevoked,
    SoftwareServiceBought,
    SpentCertificateSeen,
    TestLicensesIssued,
    WarrantyExtended,
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
    moves,
    people,
    projects,
    replacements,
    returns,
    service,
    test_licenses,
    warranty,
)
from ledger.domain.state import Ledger


def evolve(ledger: Ledger, event: Event, *, at: datetime, by: str) -> Ledger:
    """The ledger after its next event, which happened at `at`; its families see it at the event's own sequence.

    `by` is who caused it, as entries name them.
    """
    ledger = ledger.following()
    match event:
        case LicensesAllocated() | LicenseFileDelivered() | DeviceAdded() | LicenseFileDownloaded():
            return devices.evolve(ledger, event)
        case LicensesReturned() | ReturnLimitReleased() | SpentCertificateSeen():
            return returns.evolve(ledger, event, at=at)
        case ActivationKeyIssued() | ActivationKeyRedeemed():
            return keys.evolve(ledger, event)
        case LicensesMoved() | LicensesDeallocated() | ProjectRenamed() | ProjectArchived():
            return projects.evolve(ledger, event)
        case DeviceMoved() | DeviceReleased() | DeviceOffered() | DeviceOfferWithdrawn():
            return moves.evolve(ledger, event)
        case TestLicensesIssued():
            return test_licenses.evolve(ledger, event)
        case ProjectCreated() | CompanyRegistered() | LedgerFounded():
            return companies.evolve(ledger, event)
        case RightsGranted() | RightsRevoked() | MemberAdded() | MemberRemoved():
            return people.evolve(ledger, event)
        case ClaimCodeCreated() | ClaimCodeWithdrawn() | DeviceClaimed():
            return claims.evolve(ledger, event, by=by)
        case SoftwareServiceBought() | HeldLicensesReleased() | LicensesUpgraded():
            return service.evolve(ledger, event)
        case WarrantyExtended():
            return warranty.evolve(ledger, event)
        case InvitationCreated() | InvitationWithdrawn() | InvitationAccepted():
            return joining.evolve(ledger, event)
        case CompanyOffered() | CompanyOfferWithdrawn() | CompanyImported():
            return joining.evolve(ledger, event)
        case LegacyLicensesImported() | LegacyConsentGiven() | LegacyLicensesConverted() | LegacyKeysRegistered():
            return legacy.evolve(ledger, event)
        case LicenseTypesDefined() | DeviceModelsDefined() | DevicesRegistered():
            return catalog.evolve(ledger, event)
        case ActivationKeyBlocked() | DeviceBlocked() | CompanyBlocked():
            return blocks.evolve(ledger, event)
        case ActivationKeyUnblocked() | DeviceUnblocked() | CompanyUnblocked():
            return blocks.evolve(ledger, event)
        case CorrectionProposed() | CorrectionApplied() | CorrectionRejected():
            return corrections.evolve(ledger, event)
        case DeliveryCorrectionProposed() | DeliveryCorrected():
            return corrections.evolve(ledger, event)
        case DeviceReplaced():
            return replacements.evolve(ledger, event)
        case _:
            assert_never(event)
