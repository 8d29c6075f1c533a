"""Writes docs/reference/laws.md: which rule of the ledger refuses before a law of the signer breaks. `make generate`.

The signer does not know the ledger, so the table that names both stands here. Tests hold it: each law has its place,
each refusal code and each test exists, and each place is what the ledger does.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.publishing.reference import linked_rules
from contracts.refusals import REFUSALS
from signer.domain.laws import LAWS, Law

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs/reference/laws.md"
BOTH_SIDES = "tests/unit/laws/test_ledger_refuses_first.py::test_the_ledger_makes_no_entry_that_breaks_the_law"
SIGNERS_LAWS = "tests/unit/signer/domain/test_laws.py"

HEAD = """# Laws and rules

The signer checks every entry by [its laws](../../services/signer/README.md), and signs nothing from the first entry on
that breaks one. So for each law either the ledger refuses every command that would lead to such an entry, or no command
can lead there: the writer makes that part of the entry from what it knows itself. A stop of the signer then points at a
defect, a stolen writer or a changed log, not at a request.

The test of most laws has both sides. The ledger refuses the command, or makes a lawful entry of it; a writer that lacks
the rule, or believes another past, makes the forged entry of it, and the signer stops there.

Made from `dev/generate/laws.py` by `make generate`; do not edit.

| law | refused first as | or why no command leads there | test |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The refusals that come before a law, or how the writer makes what no command states; and the tests."""

    refused: tuple[str, ...] = ()
    made: str = ""
    tests: tuple[str, ...] = (BOTH_SIDES,)


def _refused(*codes: str) -> Place:
    return Place(refused=codes)


def _made(sentence: str) -> Place:
    return Place(made=sentence)


PLACES: Mapping[Law, Place] = {
    "postings_unbalanced": Place(
        made="Events state lots; both postings of a lot are derived from it.",
        tests=("tests/unit/signer/domain/test_laws.py::test_postings_that_make_licenses_out_of_nothing_are_refused",),
    ),
    "account_negative": _refused("insufficient_balance", "insufficient_on_device", "ssc_insufficient"),
    "license_type_unknown": _refused("license_type_unknown"),
    "license_class_wrong": _made("A command names the type; the catalog gives the class."),
    "license_type_changed": _refused("license_type_fixed"),
    "lots_repeated": _refused("license_type_repeated"),
    "ledger_founded_once": _refused("ledger_already_founded"),
    "project_opened_once": _refused("project_exists", "company_exists"),
    "project_unknown": _refused("project_unknown"),
    "company_wrong": _refused("not_same_company"),
    "key_issued_once": _refused("key_exists"),
    "key_redeemed_once": _refused("key_already_redeemed", "key_unknown"),
    "key_lots_wrong": _made("A command names the key; its lots are those that it was issued for."),
    "device_added_once": _refused("device_known_elsewhere", "device_in_project"),
    "device_unknown": _refused("device_unknown", "device_replaced"),
    "device_project_wrong": _refused("device_not_in_project"),
    "device_generation_wrong": _refused("generation_spent", "generation_unknown"),
    "device_issue_wrong": _made("The writer counts the issues of a device."),
    "device_licenses_wrong": _made("The writer states what the device holds after the event."),
    "return_not_total": _made("The writer credits what stands on the device; what the document says only compares."),
    "return_document_wrong": Place(
        refused=(
            "signature_invalid",
            "document_malformed",
            "certificate_not_vendor_signed",
            "certificate_serial_mismatch",
        ),
        tests=(
            "tests/integration/ledger/test_forged_commands.py::test_a_return_is_verified_again_by_who_decides",
            f"{SIGNERS_LAWS}::test_an_event_that_breaks_a_law_is_not_taken",
        ),
    ),
    "device_delivered_once": _refused("device_registered", "device_repeated"),
    "warranty_wrong": _refused("warranty_max_exceeded", "warranty_unknown_start", "not_a_warranty_extension"),
    "test_wrong": _refused("test_already_issued", "test_used_up", "test_count_range", "version_unsupported"),
    "device_test_wrong": _made("The writer states the test that it issued for the device."),
    "day_wrong": _made("One look at the clock gives the day of the event and the time of its entry."),
    "service_wrong": _refused("preview_stale", "months_range", "ssc_insufficient"),
    "upgrade_wrong": _refused("ssa_not_running", "version_unreleased", "nothing_to_upgrade"),
    "correction_twice": _refused("correction_exists"),
    "correction_unknown": _refused("correction_closed", "correction_unknown"),
    "correction_alone": _refused("second_person_needed"),
    "correction_changed": _made("An approval names the proposal; what is done is read from it."),
    "correction_device_wrong": _made(
        "The device is derived from the accounts of the proposal, and linked ones with another project are no proposal."
    ),
    "legacy_key_twice": _refused(
        "key_already_imported", "key_already_converted", "legacy_key_registered", "legacy_key_repeated"
    ),
    "legacy_key_wrong": _refused("legacy_licenses_differ", "key_already_redeemed"),
    "legacy_licenses_wrong": _refused("preview_stale", "no_legacy_licenses"),
    "legacy_consent_missing": _refused("v7_consent_required"),
    "conversion_wrong": _made("The conversion table gives the new licenses; a command names none."),
    "licenses_delivered": _refused("already_delivered"),
    "delivery_wrong": _refused("license_file_superseded"),
    "device_not_empty": _refused("device_not_empty", "device_known_elsewhere"),
    "move_without_consent": _refused("offer_unknown"),
    "claim_code_wrong": _refused("claim_code_used", "claim_code_unknown", "claim_code_exists"),
    "device_in_contact": _refused("device_known_elsewhere"),
    "import_without_consent": _refused("company_offer_unknown"),
    "import_not_total": _made("The writer names all projects of the company."),
    "company_closed": _refused("company_closed", "company_unknown"),
    "project_archived": _refused("project_archived", "project_not_empty"),
    "rma_twice": _refused("licenses_already_transferred"),
    "replacement_not_blank": _refused("replacement_not_blank"),
    "replacement_not_total": _made("The writer hands on what stands on the device; a command names no licenses."),
    "device_replaced": _refused("device_replaced"),
    "not_replaced": _refused("not_replaced"),
    "history_rewritten": Place(
        made="It is about the log: commands add entries and change none.",
        tests=("tests/unit/signer/application/test_signing.py::test_a_rewritten_history_gets_no_signature",),
    ),
    "not_applicable": _refused("license_type_inconsistent"),
    "set_aside_wrong": _refused(
        "decision_exists", "decision_unknown", "entry_unknown", "entry_lawful", "second_person_needed"
    ),
}
"""The place of each law."""


def text() -> str:
    """The page, in the order of the laws."""
    return HEAD + "".join(_row(law, PLACES[law]) for law in LAWS)


def _row(law: Law, place: Place) -> str:
    codes = ", ".join(f"`{code}` ({linked_rules(REFUSALS[code])})" for code in place.refused)
    tests = ", ".join(_linked(test) for test in place.tests)
    return f"| `{law}` | {codes} | {place.made} | {tests} |\n"


def _linked(test: str) -> str:
    path = test.partition("::")[0]
    return f"[{Path(path).stem}](../../{path})"


def main() -> None:
    """Write the page."""
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write("table of laws and rules written\n")
