"""The laws that every entry must keep before anything is signed because of it."""

from typing import Literal

Law = Literal[
    "postings_unbalanced",
    "account_negative",
    "license_type_unknown",
    "license_class_wrong",
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
    "licenses_delivered",
    "delivery_wrong",
    "device_not_empty",
    "move_without_consent",
    "claim_code_wrong",
    "project_archived",
    "history_rewritten",
]


class LawBrokenError(Exception):
    """An entry of the ledger breaks a law: nothing may be signed from it on, and nobody may skip it."""

    def __init__(self, law: Law, sentence: str) -> None:
        super().__init__(sentence)
        self.law: Law = law
        self.sentence = sentence
