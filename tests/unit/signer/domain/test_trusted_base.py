"""What the signer's domain takes from outside is a short list: docs/adr/0015-what-the-signer-trusts.md."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

import signer.domain

ROOT = Path(__file__).resolve().parents[4]
SOURCES = Path(signer.domain.__file__).parent
ADR = ROOT / "docs/adr/0015-what-the-signer-trusts.md"

COMPUTES = {
    "contracts.accounts": {"ISSUANCE", "device_account", "held_account", "project_account"},
    "contracts.catalog": {"LicenseTypeFacts", "MAX_WARRANTY_MONTHS", "described"},
    "contracts.dates": {"TEST_MONTHS", "civil_day", "last_day"},
    "contracts.fields": {"MAX_RETURN_DOCUMENT_BYTES"},
    "contracts.legacy": {"LegacyLot", "ListedKey", "convert", "units_of"},
    "contracts.licenses": {"CREDIT", "DeviceLicenses", "LicenseClass", "Lot", "TestLicenses"},
    "contracts.log.postings": {"Posting", "postings"},
    "contracts.models": {"WireModel"},
    "contracts.software_service": {"Coverage", "ServicePeriod", "credits_for", "extended"},
}
"""What the writer computes by, too: each name is one that a reviewer of the signer has to read."""
FORMATS = {
    "contracts.documents",
    "contracts.documents.device_certificate",
    "contracts.documents.license_file",
    "contracts.documents.license_lines",
    "contracts.documents.published",
    "contracts.documents.return_document",
    "contracts.documents.return_receipt",
    "contracts.documents.signature_record",
    "contracts.documents.xml",
    "contracts.documents.xmldsig",
    "contracts.log.chain",
    "contracts.log.checkpoint",
    "contracts.log.entries",
    "contracts.log.exclusions",
    "contracts.log.set_aside",
    "contracts.log.stopped_reading",
    "contracts.log.merkle",
}
"""What anybody can verify without us. The events, `contracts.events` and its families, are among them."""


def _imports() -> dict[str, set[str]]:
    """The names that any module of the domain takes from each module."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.ImportFrom(module=str(module), names=names):
                    found[module] |= {one.name for one in names}
                case ast.Import(names=names):
                    for one in names:
                        found[one.name].add("")
                case _:
                    pass
    return found


def _is_event(module: str) -> bool:
    return module == "contracts.events" or module.startswith("contracts.events.")


def test_the_domain_takes_exactly_the_listed_names_of_what_the_writer_computes_by() -> None:
    contracts = {module: names for module, names in _imports().items() if module.split(".")[0] == "contracts"}
    assert {module: names for module, names in contracts.items() if module in COMPUTES} == COMPUTES
    assert {module for module in contracts if module not in COMPUTES and not _is_event(module)} == FORMATS


def test_it_knows_no_other_package_than_cryptography() -> None:
    roots = {module.split(".")[0] for module in _imports()} - sys.stdlib_module_names
    assert roots == {"contracts", "cryptography", "signer"}
    assert not [module for module in _imports() if module.startswith("signer.") and "signer.domain" not in module]


def test_the_adr_names_each_module_of_the_trusted_base() -> None:
    text = ADR.read_text(encoding="utf-8")
    assert not [module for module in COMPUTES if f"`{module.removeprefix('contracts.')}`" not in text]
