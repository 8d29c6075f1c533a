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
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended

Facts = dict[str, object]

FACTS: Mapping[type[Event], tuple[str, ...]] = {
    CompanyImported: ("former_company",),
    CompanyOffered: ("offered_to",),
    CompanyOfferWithdrawn: ("offered_to",),
    CompanyRegistered: ("kind", "administrator"),
    CorrectionProposed: ("correction", "reason", "reference"),
    CorrectionRejected: ("correction", "reason"),
    DeviceMoved: ("former_project", "device.project"),
    DeviceOffered: ("offered_to",),
    DeviceOfferWithdrawn: ("offered_to",),
    DeviceRecommissioned: ("spent_generation",),
    DeviceReplaced: ("rma", "reason", "former.serial", "device.serial"),
    InvitationAccepted: ("account",),
    LegacyConsentGiven: ("account",),
    LegacyLicensesImported: ("licenses", "reference"),
    LicenseFileDelivered: ("generation", "issue", "path"),
    LicensesMoved: ("source", "target"),
    LicensesReturned: ("spent_generation", "firmware", "firmware_stated", "counts_differ"),
    LicensesUpgraded: ("version",),
    MemberAdded: ("account", "administrator"),
    MemberRemoved: ("account",),
    ProjectArchived: ("project_name",),
    ProjectCreated: ("project_name",),
    ProjectRenamed: ("former_name", "project_name"),
    RightsGranted: ("account", "acting_for", "granted", "rights"),
    RightsRevoked: ("account", "acting_for", "revoked", "rights"),
    SettingAsideProposed: ("decision", "entries", "law", "reason", "reference"),
    SoftwareServiceBought: ("months", "units", "ends_on"),
}
"""The fields of each type of event that its history shows; a field of a field by its path."""

WITHOUT_FACTS: frozenset[type[Event]] = frozenset(
    {
        ActivationKeyBlocked,
        ActivationKeyIssued,
        ActivationKeyRedeemed,
        ActivationKeyUnblocked,
        ClaimCodeCreated,
        ClaimCodeWithdrawn,
        CompanyBlocked,
        CompanyUnblocked,
        CorrectionApplied,
        DeliveryCorrected,
        DeliveryCorrectionProposed,
        DeviceAdded,
        DeviceBlocked,
        DeviceClaimed,
        DeviceModelsDefined,
        DeviceReleased,
        DeviceUnblocked,
        DevicesRegistered,
        EntriesSetAside,
        HeldLicensesReleased,
        InvitationCreated,
        InvitationWithdrawn,
        LedgerFounded,
        LegacyKeysRegistered,
        LegacyLicensesConverted,
        LicenseFileDownloaded,
        LicenseTypesDefined,
        LicensesAllocated,
        LicensesDeallocated,
        ReturnLimitReleased,
        SpentCertificateSeen,
        TestLicensesIssued,
        WarrantyExtended,
    }
)
"""Of these a history shows who, when and what moved, and no field."""


def facts_of(event: Event) -> Facts | None:
    """The listed fields as JSON has them, `device.serial` as `device_serial`; None where there is nothing to tell."""
    if isinstance(event, DeviceMoved) and event.company != event.former_company:
        return None
    paths = FACTS.get(type(event))
    if paths is None:
        return None
    return {path.replace(".", "_"): to_jsonable_python(attrgetter(path)(event)) for path in paths}
