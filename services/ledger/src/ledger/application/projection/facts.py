"""What an entry says beside its subjects and what it moved, for readers of its history: by a list, field by field.

A field that is not listed stays hidden: all of a warranty (rule F4), and between two companies all but what both know.
"""

from collections.abc import Mapping
from operator import attrgetter

from pydantic_core import to_jsonable_python

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
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived, ProjectRenamed
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.events.returns import LicensesReturned, ReturnLimitReleased, SpentCertificateSeen
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.events.warranty import WarrantyExtended

Facts = dict[str, object]

FACTS: Mapping[type[Event], tuple[str, ...]] = {
    ActivationKeyRedeemed: ("project",),
    CompanyImported: ("former_company",),
    CompanyOfferWithdrawn: ("offered_to",),
    CompanyOffered: ("offered_to",),
    CompanyRegistered: ("kind", "administrator"),
    CorrectionProposed: ("correction", "reason", "reference"),
    CorrectionRejected: ("correction", "reason"),
    DeviceAdded: ("device.project", "device.serial"),
    DeviceBlocked: ("device.project", "device.serial"),
    DeviceClaimed: ("device.project", "device.serial"),
    DeviceMoved: ("device.serial", "former_project", "device.project"),
    DeviceOfferWithdrawn: ("project", "serial", "offered_to"),
    DeviceOffered: ("project", "serial", "offered_to"),
    DeviceRecommissioned: ("spent_generation",),
    DeviceReleased: ("project", "serial"),
    DeviceReplaced: ("rma", "reason", "former.serial", "device.serial"),
    DeviceUnblocked: ("project", "serial"),
    InvitationAccepted: ("account",),
    LegacyConsentGiven: ("account",),
    LegacyLicensesImported: ("licenses", "reference"),
    LicenseFileDelivered: ("project", "serial", "generation", "issue", "path"),
    LicenseFileDownloaded: ("project", "serial", "generation", "issue"),
    LicensesAllocated: ("device.project", "device.serial"),
    LicensesDeallocated: ("device.project", "device.serial"),
    LicensesMoved: ("source", "target"),
    LicensesReturned: (
        "device.project",
        "device.serial",
        "spent_generation",
        "firmware",
        "firmware_stated",
        "counts_differ",
    ),
    LicensesUpgraded: ("project", "version"),
    LinkedCorrectionsProposed: ("correction", "reason", "reference"),
    MemberAdded: ("account", "administrator"),
    MemberRemoved: ("account",),
    ProjectArchived: ("project_name",),
    ProjectCreated: ("project_name",),
    ProjectRenamed: ("former_name", "project_name"),
    ReturnLimitReleased: ("project", "serial"),
    RightsGranted: ("account", "acting_for", "granted", "rights"),
    RightsRevoked: ("account", "acting_for", "revoked", "rights"),
    SettingAsideProposed: ("decision", "entries", "law", "reason", "reference"),
    SoftwareServiceBought: ("months", "units", "ends_on"),
    SpentCertificateSeen: ("project", "serial", "generation"),
    TestLicensesIssued: ("device.project", "device.serial"),
    TestReleased: ("device.project", "device.serial"),
}
"""The fields of each type of event that its history shows; a field of a field by its path."""

WITHOUT_FACTS: frozenset[type[Event]] = frozenset(
    {
        ActivationKeyBlocked,
        ActivationKeyIssued,
        ActivationKeyUnblocked,
        ClaimCodeCreated,
        ClaimCodeWithdrawn,
        CompanyBlocked,
        CompanyUnblocked,
        CorrectionApplied,
        DeliveryCorrected,
        DeliveryCorrectionProposed,
        DeviceModelsDefined,
        DevicesRegistered,
        EntriesSetAside,
        HeldLicensesReleased,
        InvitationCreated,
        InvitationWithdrawn,
        LedgerFounded,
        LegacyKeysRegistered,
        LegacyLicensesConverted,
        LicenseTypesDefined,
        LinkedCorrectionsApplied,
        WarrantyExtended,
    }
)
"""Of these a history shows who, when and what moved, and no field."""


def facts_of(event: Event) -> Facts | None:
    """The listed fields as JSON has them, `device.serial` as `device_serial`; None where there is nothing to tell."""
    if isinstance(event, DeviceMoved | DeviceClaimed) and event.former_company not in {None, event.company}:
        return None
    paths = FACTS.get(type(event))
    if paths is None:
        return None
    return {path.replace(".", "_"): to_jsonable_python(attrgetter(path)(event)) for path in paths}
