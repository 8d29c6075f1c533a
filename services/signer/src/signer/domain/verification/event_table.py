"""Which verification each event type has. A test fails when an event type is added and not placed here."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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
from contracts.events.catalog import DeviceModelsDefined, LicenseTypesDefined
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
)
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.events.devices import DeviceAdded, LicenseFileDelivered, LicenseFileDownloaded, LicensesAllocated
from contracts.events.invitations import InvitationAccepted, InvitationCreated, InvitationWithdrawn
from contracts.events.legacy import (
    LegacyConsentGiven,
    LegacyLicensesConverted,
    LegacyLicensesImported,
)
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived, ProjectRenamed
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.events.returns import LicensesReturned, ReturnLimitReleased, SpentCertificateSeen
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.events.warranty import WarrantyExtended
from contracts.models import WireModel
from signer.domain.verification import (
    activation_keys,
    blocks,
    catalog,
    claims,
    companies,
    company_imports,
    corrections,
    delivered_devices,
    device_moves,
    devices,
    legacy,
    legacy_keys,
    projects,
    replacements,
    returns,
    set_aside,
    software_service,
    test_licenses,
    warranty,
)
from signer.domain.verification.state import Changed, VerifiedLedger

E = TypeVar("E", bound=WireModel)
Verification = Callable[[VerifiedLedger, Any], Changed | None]
"""Checks the laws of one event and posts it; returns the devices that it changed, or None. Raises LawBrokenError."""


def _of(
    event_type: type[E], verify: Callable[[VerifiedLedger, E], Changed | None]
) -> tuple[type[WireModel], Verification]:
    """A row whose two halves belong together, which the type checker sees."""
    return event_type, verify


VERIFICATIONS: Mapping[type[WireModel], Verification] = dict(
    (
        _of(LedgerFounded, companies.ledger_founded),
        _of(CompanyRegistered, companies.company_registered),
        _of(ProjectCreated, companies.project_created),
        _of(CompanyOffered, company_imports.company_offered),
        _of(CompanyOfferWithdrawn, company_imports.company_offer_withdrawn),
        _of(CompanyImported, company_imports.company_imported),
        _of(LicenseTypesDefined, catalog.license_types_defined),
        _of(ActivationKeyIssued, activation_keys.activation_key_issued),
        _of(ActivationKeyRedeemed, activation_keys.activation_key_redeemed),
        _of(LicensesMoved, projects.licenses_moved),
        _of(LicensesDeallocated, projects.licenses_deallocated),
        _of(ProjectArchived, projects.project_archived),
        _of(DeviceAdded, devices.device_added),
        _of(LicensesAllocated, devices.licenses_allocated),
        _of(LicenseFileDelivered, devices.license_file_delivered),
        _of(LicenseFileDownloaded, devices.license_file_downloaded),
        _of(DeviceMoved, device_moves.device_moved),
        _of(DeviceReleased, device_moves.device_released),
        _of(DeviceOffered, device_moves.device_offered),
        _of(DeviceOfferWithdrawn, device_moves.device_offer_withdrawn),
        _of(ClaimCodeCreated, claims.claim_code_created),
        _of(ClaimCodeWithdrawn, claims.claim_code_withdrawn),
        _of(DeviceClaimed, claims.device_claimed),
        _of(LicensesReturned, returns.licenses_returned),
        _of(DeviceReplaced, replacements.device_replaced),
        _of(DeviceRecommissioned, replacements.device_recommissioned),
        _of(DeviceBlocked, blocks.device_blocked),
        _of(DevicesRegistered, delivered_devices.devices_registered),
        _of(WarrantyExtended, warranty.warranty_extended),
        _of(TestLicensesIssued, test_licenses.test_licenses_issued),
        _of(TestReleased, test_licenses.test_released),
        _of(SoftwareServiceBought, software_service.software_service_bought),
        _of(HeldLicensesReleased, software_service.held_licenses_released),
        _of(LicensesUpgraded, software_service.licenses_upgraded),
        _of(CorrectionProposed, corrections.correction_proposed),
        _of(CorrectionApplied, corrections.correction_applied),
        _of(LinkedCorrectionsProposed, corrections.linked_corrections_proposed),
        _of(LinkedCorrectionsApplied, corrections.linked_corrections_applied),
        _of(CorrectionRejected, corrections.correction_rejected),
        _of(DeliveryCorrectionProposed, corrections.delivery_correction_proposed),
        _of(DeliveryCorrected, corrections.delivery_corrected),
        _of(SettingAsideProposed, set_aside.setting_aside_proposed),
        _of(EntriesSetAside, set_aside.entries_set_aside),
        _of(LegacyKeysRegistered, legacy_keys.legacy_keys_registered),
        _of(LegacyLicensesImported, legacy.legacy_licenses_imported),
        _of(LegacyConsentGiven, legacy.legacy_consent_given),
        _of(LegacyLicensesConverted, legacy.legacy_licenses_converted),
    )
)

MOVES_NOTHING: frozenset[type[WireModel]] = frozenset(
    {
        ActivationKeyBlocked,
        ActivationKeyUnblocked,
        CompanyBlocked,
        CompanyUnblocked,
        DeviceModelsDefined,
        DeviceUnblocked,
        InvitationAccepted,
        InvitationCreated,
        InvitationWithdrawn,
        MemberAdded,
        MemberRemoved,
        ProjectRenamed,
        ReturnLimitReleased,
        RightsGranted,
        RightsRevoked,
        SpentCertificateSeen,
    }
)
"""Events that move no unit and change nothing that is signed, or that a law asks for: names, persons, rights, and what
only the writer's rules look at."""


def post(ledger: VerifiedLedger, event: Event) -> Changed:
    """Verify the next event and post it; returns the devices that it changed. Raises LawBrokenError.

    An event type that stands in neither table is a defect of this version and stops the ledger: it must not pass.
    """
    if type(event) in MOVES_NOTHING:
        return ()
    return VERIFICATIONS[type(event)](ledger, event) or ()
