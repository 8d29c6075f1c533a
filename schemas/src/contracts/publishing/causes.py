"""Who may cause each event of the ledger, for the reference page; a test asks the ledger itself."""

from collections.abc import Mapping

STAFF = "the vendor's staff"
ADMINISTRATOR = "an administrator of the company"
LICENSES, RETURN, SERVICE, TEST, RIGHTS = (
    f"an administrator of the company, or who has `{right}` in the project"
    for right in ("licenses", "return", "service", "test", "rights")
)
BOX = "the device itself"
OFFERS = "an administrator of the company that has it, or a member of it with `licenses` in the project"

CAUSES: Mapping[str, str] = {
    "LedgerFounded": "an operator of the platform",
    "CompanyRegistered": STAFF,
    "ProjectCreated": ADMINISTRATOR,
    "ActivationKeyIssued": STAFF,
    "ActivationKeyRedeemed": LICENSES,
    "DeviceAdded": LICENSES,
    "LicensesAllocated": LICENSES,
    "LicenseFileDelivered": f"{BOX}; {LICENSES}",
    "LicenseFileDownloaded": STAFF,
    "LicensesReturned": f"{BOX}; {RETURN}",
    "ReturnLimitReleased": STAFF,
    "SpentCertificateSeen": BOX,
    "MemberAdded": ADMINISTRATOR,
    "MemberRemoved": ADMINISTRATOR,
    "RightsGranted": RIGHTS,
    "RightsRevoked": RIGHTS,
    "ProjectRenamed": ADMINISTRATOR,
    "ProjectArchived": ADMINISTRATOR,
    "LicensesMoved": LICENSES,
    "LicensesDeallocated": LICENSES,
    "DeviceMoved": f"{LICENSES}; the company that it was offered to; {STAFF}",
    "DeviceReleased": OFFERS,
    "DeviceOffered": OFFERS,
    "DeviceOfferWithdrawn": f"{OFFERS}; the company that it was offered to",
    "ClaimCodeCreated": LICENSES,
    "ClaimCodeWithdrawn": LICENSES,
    "DeviceClaimed": BOX,
    "LicenseTypesDefined": STAFF,
    "DeviceModelsDefined": STAFF,
    "DevicesRegistered": STAFF,
    "WarrantyExtended": SERVICE,
    "TestLicensesIssued": TEST,
    "TestReleased": STAFF,
    "SoftwareServiceBought": SERVICE,
    "HeldLicensesReleased": SERVICE,
    "LicensesUpgraded": LICENSES,
    "ActivationKeyBlocked": STAFF,
    "ActivationKeyUnblocked": STAFF,
    "DeviceBlocked": STAFF,
    "DeviceUnblocked": STAFF,
    "CompanyBlocked": STAFF,
    "CompanyUnblocked": STAFF,
    "CorrectionProposed": STAFF,
    "CorrectionApplied": f"{STAFF}, another account than proposed it",
    "LinkedCorrectionsProposed": STAFF,
    "LinkedCorrectionsApplied": f"{STAFF}, another account than proposed it",
    "CorrectionRejected": STAFF,
    "DeliveryCorrectionProposed": STAFF,
    "DeliveryCorrected": f"{STAFF}, another account than proposed it",
    "LegacyKeysRegistered": STAFF,
    "LegacyLicensesImported": f"{STAFF}; by a listed key, {LICENSES}",
    "LegacyConsentGiven": RETURN,
    "LegacyLicensesConverted": LICENSES,
    "InvitationCreated": ADMINISTRATOR,
    "InvitationWithdrawn": ADMINISTRATOR,
    "InvitationAccepted": "the account that has the code",
    "CompanyOffered": ADMINISTRATOR,
    "CompanyOfferWithdrawn": f"{ADMINISTRATOR}, of either one",
    "CompanyImported": f"{ADMINISTRATOR} that takes it over",
    "DeviceReplaced": STAFF,
    "DeviceRecommissioned": STAFF,
    "SettingAsideProposed": STAFF,
    "EntriesSetAside": f"{STAFF}, another account than proposed it",
}
"""By the event's name; a right counts in the project of its `data`. The rules say when it is refused all the same."""
