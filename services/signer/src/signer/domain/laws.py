"""The laws that every entry must keep before anything is signed because of it."""

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
    "history_rewritten",
]


class LawBrokenError(Exception):
    """An entry of the ledger breaks a law: nothing may be signed from it on, and nobody may skip it."""

    def __init__(self, law: Law, sentence: str) -> None:
        super().__init__(sentence)
        self.law: Law = law
        self.sentence = sentence
