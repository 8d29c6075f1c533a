"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime
from typing import assert_never

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from contracts.events.catalog import DeviceModelsDefined, DevicesRegistered, LicenseTypesDefined
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.events.devices import DeviceAdded, LicenseFileDelivered, LicenseFileDownloaded, LicensesAllocated
from contracts.events.joining import (
    CompanyImported,
    CompanyOffered,
    CompanyOfferWithdrawn,
    InvitationAccepted,
    InvitationCreated,
    InvitationWithdrawn,
)
from contracts.events.legacy import (
    LegacyConsentGiven,
    LegacyKeysRegistered,
    LegacyLicensesConverted,
    LegacyLicensesImported,
)
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived, ProjectRenamed
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned, ReturnLimitReleased, SpentCertificateSeen
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
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
    members,
    projects,
    replacements,
    returns,
    software_service,
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
            return activation_keys.evolve(ledger, event)
        case LicensesMoved() | LicensesDeallocated() | ProjectRenamed() | ProjectArchived():
            return projects.evolve(ledger, event)
        case DeviceMoved() | DeviceReleased() | DeviceOffered() | DeviceOfferWithdrawn():
            return device_moves.evolve(ledger, event)
        case TestLicensesIssued():
            return test_licenses.evolve(ledger, event)
        case ProjectCreated() | CompanyRegistered() | LedgerFounded():
            return companies.evolve(ledger, event)
        case RightsGranted() | RightsRevoked() | MemberAdded() | MemberRemoved():
            return members.evolve(ledger, event)
        case ClaimCodeCreated() | ClaimCodeWithdrawn() | DeviceClaimed():
            return claims.evolve(ledger, event, by=by)
        case SoftwareServiceBought() | HeldLicensesReleased() | LicensesUpgraded():
            return software_service.evolve(ledger, event)
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
