"""What the API lets through of the rows of documents."""

from dataclasses import replace

import pytest

from contracts.documents.published import open_license_file, open_return_receipt
from ledger.application.queries.signed_documents import SignedDocuments
from ledger.application.queries.views import SignedDocument
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import OTHER_SERIAL, PUBLIC_KEYS

FILE = open_license_file(file_row().document, trusted=PUBLIC_KEYS)
RECEIPT = open_return_receipt(receipt_row("ab" * 32).document, trusted=PUBLIC_KEYS)
ROW = SignedDocument(FILE.serial, FILE.generation, FILE.sequence, FILE.sha256, FILE.document, FILE.issue)
RECEIPT_ROW = SignedDocument(RECEIPT.serial, RECEIPT.generation, RECEIPT.sequence, RECEIPT.sha256, RECEIPT.document)
DOCUMENTS = SignedDocuments(0, PUBLIC_KEYS)


def test_what_the_signer_signed_is_handed_out() -> None:
    assert DOCUMENTS.license_file(ROW) == ROW
    assert DOCUMENTS.return_receipt(RECEIPT_ROW) == RECEIPT_ROW
    assert DOCUMENTS.license_file(None) is None


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, document=b"<evil></evil>"),
        replace(ROW, document=ROW.document.replace(b'count="20"', b'count="29"')),
        replace(ROW, document=RECEIPT.document),
        replace(ROW, serial=OTHER_SERIAL),
        replace(ROW, generation=2),
        replace(ROW, sequence=2_147_483_647),
        replace(ROW, issue=3),
        replace(ROW, sha256="0" * 64),
    ],
)
def test_a_row_that_says_something_else_than_a_signature_is_as_if_it_were_not_there(row: SignedDocument) -> None:
    assert DOCUMENTS.license_file(row) is None


def test_a_document_of_another_ledger_or_of_a_key_that_is_not_trusted_any_more_is_not_there() -> None:
    assert SignedDocuments(1, PUBLIC_KEYS).license_file(ROW) is None
    assert SignedDocuments(0, {}).return_receipt(RECEIPT_ROW) is None
