"""What has happened, as immutable data. Names are past; wire names are strings that we own.

An event carries all that a projection needs, so no subscriber has to know the rules. A type's schema is frozen: a
change is a new version under a new type string, and the old one stays decodable for ever. One module for each family.
"""

from typing import get_args

from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed, KeyEvent
from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    BlockEvent,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from contracts.events.catalog import (
    CatalogEvent,
    DeviceModelsDefined,
    DevicesRegistered,
    LicenseTypesDefined,
    RegisteredDevice,
)
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, ClaimEvent, DeviceClaimed
from contracts.events.companies import CompanyEvent, CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionEvent,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased, MoveEvent
from contracts.events.devices import (
    DeviceAdded,
    DeviceEvent,
    LicenseFileDelivered,
    LicenseFileDownloaded,
    LicensesAllocated,
)
from contracts.events.joining import (
    CompanyImported,
    CompanyOffered,
    CompanyOfferWithdrawn,
    ImportedProject,
    InvitationAccepted,
    InvitationCreated,
    InvitationWithdrawn,
    JoiningEvent,
)
from contracts.events.legacy import (
    LegacyConsentGiven,
    LegacyEvent,
    LegacyKeysRegistered,
    LegacyLicensesConverted,
    LegacyLicensesImported,
)
from contracts.events.members import MemberAdded, MemberRemoved, PeopleEvent, RightsGranted, RightsRevoked
from contracts.events.projects import (
    LicensesDeallocated,
    LicensesMoved,
    ProjectArchived,
    ProjectEvent,
    ProjectRenamed,
)
from contracts.events.replacements import DeviceReplaced, ReplacementEvent
from contracts.events.returns import (
    LicensesReturned,
    ReturnEvent,
    ReturnLimitReleased,
    SpentCertificateSeen,
)
from contracts.events.software_service import (
    HeldLicensesReleased,
    LicensesUpgraded,
    ServiceEvent,
    SoftwareServiceBought,
)
from contracts.events.test_licenses import TestEvent, TestLicensesIssued
from contracts.events.warranty import WarrantyEvent, WarrantyExtended

Event = (
    CompanyEvent
    | KeyEvent
    | DeviceEvent
    | ReturnEvent
    | PeopleEvent
    | ProjectEvent
    | MoveEvent
    | ClaimEvent
    | CatalogEvent
    | WarrantyEvent
    | TestEvent
    | ServiceEvent
    | BlockEvent
    | CorrectionEvent
    | LegacyEvent
    | JoiningEvent
    | ReplacementEvent
)

EVENT_TYPES: dict[str, type[Event]] = {model.type: model for model in get_args(Event)}
"""Every event type that may stand on the log, by its wire name."""

__all__ = [
    "EVENT_TYPES",
    "ActivationKeyBlocked",
    "ActivationKeyIssued",
    "ActivationKeyRedeemed",
    "ActivationKeyUnblocked",
    "BlockEvent",
    "CatalogEvent",
    "ClaimCodeCreated",
    "ClaimCodeWithdrawn",
    "ClaimEvent",
    "CompanyBlocked",
    "CompanyEvent",
    "CompanyImported",
    "CompanyOfferWithdrawn",
    "CompanyOffered",
    "CompanyRegistered",
    "CompanyUnblocked",
    "CorrectionApplied",
    "CorrectionEvent",
    "CorrectionProposed",
    "CorrectionRejected",
    "DeliveryCorrected",
    "DeliveryCorrectionProposed",
    "DeviceAdded",
    "DeviceBlocked",
    "DeviceClaimed",
    "DeviceEvent",
    "DeviceModelsDefined",
    "DeviceMoved",
    "DeviceOfferWithdrawn",
    "DeviceOffered",
    "DeviceReleased",
    "DeviceReplaced",
    "DeviceUnblocked",
    "DevicesRegistered",
    "Event",
    "HeldLicensesReleased",
    "ImportedProject",
    "InvitationAccepted",
    "InvitationCreated",
    "InvitationWithdrawn",
    "JoiningEvent",
    "KeyEvent",
    "LedgerFounded",
    "LegacyConsentGiven",
    "LegacyEvent",
    "LegacyKeysRegistered",
    "LegacyLicensesConverted",
    "LegacyLicensesImported",
    "LicenseFileDelivered",
    "LicenseFileDownloaded",
    "LicenseTypesDefined",
    "LicensesAllocated",
    "LicensesDeallocated",
    "LicensesMoved",
    "LicensesReturned",
    "LicensesUpgraded",
    "MemberAdded",
    "MemberRemoved",
    "MoveEvent",
    "PeopleEvent",
    "ProjectArchived",
    "ProjectCreated",
    "ProjectEvent",
    "ProjectRenamed",
    "RegisteredDevice",
    "ReplacementEvent",
    "ReturnEvent",
    "ReturnLimitReleased",
    "RightsGranted",
    "RightsRevoked",
    "ServiceEvent",
    "SoftwareServiceBought",
    "SpentCertificateSeen",
    "TestEvent",
    "TestLicensesIssued",
    "WarrantyEvent",
    "WarrantyExtended",
]
