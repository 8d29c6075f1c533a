"""The laws that every entry must keep before anything is signed because of it.

The modules of `signer.domain.verification` hold them. `make generate` writes the table in services/signer/README.md.
"""

from collections.abc import Mapping
from typing import Literal

Law = Literal[
    "postings_unbalanced",
    "account_negative",
    "license_type_unknown",
    "license_class_wrong",
    "license_type_changed",
    "lots_repeated",
    "ledger_founded_once",
    "project_opened_once",
    "project_unknown",
    "company_wrong",
    "key_issued_once",
    "key_redeemed_once",
    "key_lots_wrong",
    "device_added_once",
    "device_unknown",
    "device_project_wrong",
    "device_generation_wrong",
    "device_issue_wrong",
    "device_licenses_wrong",
    "return_not_total",
    "return_document_wrong",
    "device_delivered_once",
    "warranty_wrong",
    "test_wrong",
    "device_test_wrong",
    "day_wrong",
    "service_wrong",
    "upgrade_wrong",
    "correction_twice",
    "correction_unknown",
    "correction_alone",
    "correction_changed",
    "correction_device_wrong",
    "legacy_key_twice",
    "legacy_key_wrong",
    "legacy_licenses_wrong",
    "legacy_consent_missing",
    "conversion_wrong",
    "licenses_delivered",
    "delivery_wrong",
    "device_not_empty",
    "move_without_consent",
    "claim_code_wrong",
    "device_in_contact",
    "import_without_consent",
    "import_not_total",
    "company_closed",
    "project_archived",
    "rma_twice",
    "replacement_not_blank",
    "replacement_not_total",
    "device_replaced",
    "not_replaced",
    "history_rewritten",
    "not_applicable",
    "set_aside_wrong",
]

LAWS: Mapping[Law, str] = {
    "postings_unbalanced": "The units that an event moves sum to zero for each license type.",
    "account_negative": "No account but issuance goes below zero.",
    "license_type_unknown": "Every license is of a type that the catalog has.",
    "license_class_wrong": "Every license has the class that the catalog gives its type.",
    "license_type_changed": "A known type keeps class, family, version and months; only its weight and limits change.",
    "lots_repeated": "An event names each license type once.",
    "ledger_founded_once": "A ledger is founded once.",
    "project_opened_once": "A project is opened once.",
    "project_unknown": "A project that an event names was opened before.",
    "company_wrong": "A project belongs to the company that the event states.",
    "key_issued_once": "An activation key is issued once.",
    "key_redeemed_once": "An activation key is redeemed once, and only if it was issued.",
    "key_lots_wrong": "A redeemed key becomes exactly the licenses that it was issued for.",
    "device_added_once": "A device that is in a project comes into another one only by a move.",
    "device_unknown": "A device that an event changes is in a project.",
    "device_project_wrong": "A device is in the project that the event states.",
    "device_generation_wrong": "A generation is the one before until a return or a replacement spends it, once.",
    "device_issue_wrong": "An issue is the next one after the device's last.",
    "device_licenses_wrong": "The licenses that an event states for a device are what its account holds.",
    "return_not_total": "A return credits all PBX licenses of the device and nothing else; gateway licenses stay.",
    "return_document_wrong": (
        "The return document is signed by that device, under a certificate of the spent generation that the vendor's CA"
        " or our generation CA issued, and has the digests that the event states."
    ),
    "device_delivered_once": "The vendor delivers a device once.",
    "warranty_wrong": "A warranty has the months of its delivery and its extensions, and ends on the day that follows.",
    "test_wrong": (
        "A device gets one test, of PBX types in the stated count, for the months that a test lasts; another one only"
        " after staff released it."
    ),
    "device_test_wrong": "The test that an event states for a device is the one that it was issued and still has.",
    "day_wrong": "The day that an event counts from is the civil day of its entry.",
    "service_wrong": "Months, credits and end of software service follow from its period; licenses are paid or held.",
    "upgrade_wrong": "Under running service PBX licenses become as many of their family and of the newer version.",
    "correction_twice": "A correction is proposed once.",
    "correction_unknown": "A correction that is approved or rejected was proposed and is still open.",
    "correction_alone": "The person who approves a correction is not the one who proposed it.",
    "correction_changed": "A correction does exactly what was proposed.",
    "correction_device_wrong": (
        "A correction states the device that it touches, and no other one; linked ones touch no project but its own."
    ),
    "legacy_key_twice": "A key of the old manager is listed once and imported once.",
    "legacy_key_wrong": "A listed key of the old manager is worth what its list says, and to whom its list says.",
    "legacy_licenses_wrong": "A conversion ends all old licenses that are free in the project, and no others.",
    "legacy_consent_missing": "A device with old licenses is returned or replaced only after consent to convert them.",
    "conversion_wrong": "Old licenses become the new ones that the conversion table says.",
    "licenses_delivered": "Deallocation takes no license off a device that a delivered license file has.",
    "delivery_wrong": "A license file that is delivered or downloaded is the device's newest one.",
    "device_not_empty": "A device leaves by release or by consent without PBX licenses, and by a claim without any.",
    "move_without_consent": "A device goes only to the company that it was offered to, or where staff states a reason.",
    "claim_code_wrong": "A claim code is created once, works in its project only, and works once.",
    "device_in_contact": "A device that was in contact where it is cannot be claimed away.",
    "import_without_consent": "A company goes over only into the company that it was offered to.",
    "import_not_total": "A company goes over with all its projects, and with no others.",
    "company_closed": "Nothing is opened for, or comes to, a company that went over into another one.",
    "project_archived": "A project is archived without licenses in it, and nothing happens in it afterwards.",
    "rma_twice": "An RMA replaces one device.",
    "replacement_not_blank": "A replacement has no licenses of its own.",
    "replacement_not_total": "A replacement gets all licenses that the former device had, of every class.",
    "device_replaced": "A device that was replaced comes into a project only after it was taken back into stock.",
    "not_replaced": "Only a device that was replaced is taken back into stock, once for each replacement.",
    "history_rewritten": "The log leads to the root of the newest checkpoint that was signed before.",
    "not_applicable": "An entry can be applied: whatever it builds on is there.",
    "set_aside_wrong": "Only an entry that breaks a law is set aside, by its hash, on one person's word and another's.",
}
"""What each law says."""


class LawBrokenError(Exception):
    """An entry of the ledger breaks a law: nothing may be signed from it on, and nobody may skip it."""

    def __init__(self, law: Law, sentence: str) -> None:
        super().__init__(sentence)
        self.law: Law = law
        self.sentence = sentence
